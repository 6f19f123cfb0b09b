import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Look } from '../../src/jira/reads/reads.ts';
import { createTable, openApp, type TestApp } from '../support/app.ts';
import { depth } from '../support/depth.ts';
import { startTestEngine } from '../support/engine.ts';
import { byId, bySearch, delivered, type Observer, shown, startObserver } from '../support/looks.ts';
import { deliverAsJira, PATIENT, patient } from '../support/patience.ts';

const HISTORIES = depth(12, 100);
const LIMIT_MS = 300_000;
const MINUTE = 60_000;
const START = Date.UTC(2026, 2, 10, 12);
/** When all has happened: what is to be told is told then. */
const END = START + 24 * 60 * MINUTE;

const clock = (): number => END;
let engine: Awaited<ReturnType<typeof startTestEngine>>;
let app: TestApp;
let observer: Observer;

beforeAll(async () => {
  engine = await startTestEngine();
  const tableName = await createTable(engine.endpoint);
  app = patient(openApp({ endpoint: engine.endpoint, tableName, clock, dynamodb: PATIENT }));
  observer = startObserver(app, clock);
});

afterAll(() => engine.stop());

/** What an issue says at a time. `version`: the name of its fix version, which may change under the same `updated`. */
type State = { at: number; updated: number; text: string; version: string };

/** What happens to an issue in Jira, and minutes until the next thing does. Few texts: A often becomes A again. */
type Change = { minutes: number; text: string | null; version: string };

/** What is told of it: by a webhook of the n-th state, or by a look after it, whose index may lag some states. */
type Told = { by: 'webhook' | 'id' | 'search'; state: number; after: number; lag: number };

const change = (silent: boolean): fc.Arbitrary<Change> =>
  fc.record({
    minutes: fc.integer({ min: 1, max: 100 }),
    text: silent ? fc.option(fc.constantFrom('A', 'B'), { freq: 3 }) : fc.constantFrom('A', 'B'),
    version: fc.constantFrom('1.0', '1.0', '1.0.1'),
  });

const told: fc.Arbitrary<Told> = fc.record({
  by: fc.constantFrom('webhook', 'id', 'search'),
  state: fc.nat({ max: 6 }),
  after: fc.integer({ min: 0, max: 59_000 }),
  lag: fc.nat({ max: 2 }),
});

type History = { changes: Change[]; told: Told[]; orders: [number[], number[]] };

/** Some of what happened is never told, some twice; orders are anything. */
const history = (silent: boolean): fc.Arbitrary<History> =>
  fc.record({
    changes: fc.array(change(silent), { minLength: 1, maxLength: 6 }),
    told: fc.array(told, { minLength: 1, maxLength: 9 }),
    orders: fc.tuple(ranks, ranks),
  });

const ranks = fc.array(fc.nat(), { minLength: 9, maxLength: 9 });

/** Without a text only the version's name changes, of which no `updated` tells. */
const statesOf = (changes: Change[]): [State, ...State[]] => {
  const states: [State, ...State[]] = [{ at: START, updated: START, text: 'A', version: '1.0' }];
  for (const { minutes, text, version } of changes) {
    const last = states.at(-1) ?? states[0];
    const at = last.at + minutes * MINUTE;
    const silent = text === null;
    states.push({ at, updated: silent ? last.updated : at, text: text ?? last.text, version });
  }
  return states;
};

let issues = 0;

type Issue = { id: string; at: (state: State, noise: number) => JsonObject };

const newIssue = (): Issue => {
  issues += 1;
  const [id, key] = [String(issues), `LOOK-${issues}`];
  const at = ({ text, version, updated }: State, noise: number): JsonObject =>
    shown(
      { id, key, text, updatedMs: updated },
      {
        fixVersions: [{ id: '7', name: version }],
        ...(noise % 4 !== 3 ? {} : { customfield_99: { noise } }),
      },
    );
  return { id, at };
};

const picked = (states: State[], index: number): State =>
  states[Math.max(0, Math.min(index, states.length - 1))] ?? { at: 0, updated: 0, text: '', version: '' };

/** The state that is told, and how. Webhooks tell only what raised `updated`: Jira sends none for a version's name. */
const tellingOf = (states: State[], { by, state: index, after, lag }: Told) => {
  const now = picked(states, index);
  const state = by === 'search' ? picked(states, Math.min(index, states.length - 1) - lag) : now;
  return { by, state, at: now.at + after };
};

type Kinds = Record<string, number>;

const tell = async (issue: Issue, states: State[], one: Told, noise: number, kinds: Kinds): Promise<void> => {
  const { by, state, at } = tellingOf(states, one);
  if (by === 'webhook') {
    const body = delivered(issue.at({ ...state }, noise), state.updated + 1);
    const isSilent = state.at !== state.updated;
    if (!isSilent) await deliverAsJira(app, body);
    return;
  }
  await look(by === 'id' ? byId(issue.at(state, noise), at) : bySearch(issue.at(state, noise), at), kinds);
};

const look = async (one: Look, kinds: Kinds): Promise<string> => {
  const [seen] = await observer.observe([one]);
  const kind = seen?.kind ?? 'nothing';
  kinds[kind] = (kinds[kind] ?? 0) + 1;
  return kind;
};

const inOrder = (all: Told[], order: number[]): Told[] =>
  all
    .map((one, index) => ({ one, rank: order[index] ?? 0 }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ one }) => one);

const play = async ({ changes, told: all }: History, order: number[], kinds: Kinds) => {
  const [issue, states] = [newIssue(), statesOf(changes)];
  for (const [noise, one] of inOrder(all, order).entries()) await tell(issue, states, one, noise, kinds);
  return { issue, states };
};

/** What of a snapshot no order may change. */
const saidOf = async ({ id }: Issue) => {
  const { status, body } = await app.get(`/issues/${id}`);
  const { summary, fix_versions, labels, updated_at } = body;
  return status === 404 ? null : { summary, fix_versions, labels, updated_at };
};

const saidBy = ({ text, version, updated }: State) => ({
  summary: text,
  fix_versions: [version],
  labels: [`label-${text}`],
  updated_at: new Date(updated).toISOString(),
});

/** Rare ones only among many histories. */
const KINDS = depth(
  ['new', 'repaired', 'stale', 'unchanged'],
  ['new', 'raised', 'repaired', 'stale', 'unchanged', 'undecided'],
);

const all: Kinds = {};

const check = (property: fc.IAsyncProperty<unknown>): Promise<void> =>
  fc.assert(property, {
    numRuns: HISTORIES,
    interruptAfterTimeLimit: LIMIT_MS - 60_000,
    markInterruptAsFailure: true,
  });

describe('looks and deliveries', { tags: ['deep'], timeout: LIMIT_MS }, () => {
  it('end in the newest of what was told in any order, because the version decides and not arrival', async () => {
    await check(
      fc.asyncProperty(history(false), async (drawn) => {
        for (const order of drawn.orders) {
          const { issue, states } = await play(drawn, order, all);
          const seen = drawn.told.map((one) => tellingOf(states, one).state);
          const newest = seen.reduce((a, b) => (b.updated > a.updated ? b : a));
          expect(await saidOf(issue)).toEqual(saidBy(newest));
        }
      }),
    );
  });

  it('end at what Jira says once it was read again, whatever was lost, late, doubled or renamed before', async () => {
    await check(
      fc.asyncProperty(history(true), async (drawn) => {
        for (const order of drawn.orders) {
          const kinds: Kinds = {};
          const { issue, states } = await play(drawn, order, kinds);
          const last = states.at(-1) ?? states[0];
          await look(bySearch(issue.at(last, 0), END), kinds);
          await look(byId(issue.at(last, 3), END), kinds);
          expect(await saidOf(issue)).toEqual(saidBy(last));
          const { new: found = 0, repaired = 0, contradiction = 0 } = kinds;
          const events = (await app.get(`/issues/${issue.id}/events?limit=100`)).body.events as JsonObject[];
          expect(events.filter(({ source }) => source === 'reconcile')).toHaveLength(found + repaired);
          expect(contradiction).toBe(0);
          expect(await look(byId(issue.at(last, 7), END + 1), kinds)).toBe('unchanged');
          for (const [kind, times] of Object.entries(kinds)) all[kind] = (all[kind] ?? 0) + times;
        }
      }),
    );
  });

  it('were of every kind, because histories that never make one would make these tests weaker unseen', () => {
    expect(Object.keys(all).sort()).toEqual(expect.arrayContaining(KINDS));
  });
});
