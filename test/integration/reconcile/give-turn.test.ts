import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readEnv } from '../../../src/contract/env.ts';
import { ConfigError } from '../../../src/errors/errors.ts';
import { createJiraClient } from '../../../src/jira/client.ts';
import { openReads } from '../../../src/jira/reads/open-reads.ts';
import { adminSite } from '../../../src/jira/site.ts';
import { giveTurn } from '../../../src/reconcile/give-turn.ts';
import type { TurnDeps } from '../../../src/reconcile/session.ts';
import { type Counts, SECRET, sign, startApp, summed, type TestApp } from '../../support/app.ts';
import { startTestEngine } from '../../support/engine.ts';
import { startObserver } from '../../support/looks.ts';
import { jiraEnv, type ScriptedJira, startScriptedJira } from '../../support/scripted-jira/scripted-jira.ts';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
/** Noon in Phoenix. */
const NOON = Date.UTC(2026, 10, 20, 19);

let engine: Awaited<ReturnType<typeof startTestEngine>>;
let jira: ScriptedJira;
let app: TestApp;
let deps: TurnDeps;
let lines: Record<string, unknown>[];
let counts: Counts;
let now: number;

beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(() => engine.stop());

const clock = (): number => now;

beforeEach(async () => {
  now = NOON;
  lines = [];
  counts = {};
  jira = await startScriptedJira('cloud', clock);
  app = await startApp({ endpoint: engine.endpoint, clock });
  const site = adminSite(readEnv(jiraEnv(jira)));
  const limits = { at_once: 4, a_second: Infinity };
  const client = createJiraClient(site, limits, { clock, sleep: async () => {} });
  deps = {
    table: app.events.table,
    tenant: 'default',
    clock,
    log: pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) }),
    retention_days: 30,
    chance: () => 0.5,
    projects: null,
    openReads: () => openReads(client, site),
    observe: startObserver(app, clock).observe,
  };
});
afterEach(() => jira.close());

const turn = () => giveTurn(deps, summed(counts));

/** Turns every five minutes, as the schedule gives them. @returns what they counted */
const turnsFor = async (minutes: number): Promise<Counts> => {
  counts = {};
  for (const until = now + minutes * MINUTE; now < until; now += 5 * MINUTE) await turn();
  return counts;
};

const makeIssues = (count: number): number[] => {
  const project = jira.site.project('TURN');
  return Array.from({ length: count }, () => jira.site.create(project, {}).id);
};

/** The webhook of a site that is registered and on. */
const register = (): void => {
  const secret = { secret: SECRET, configuration: { SECRET } };
  jira.add({ name: 'Ours', url: 'http://127.0.0.1/webhooks/jira', ...secret });
  jira.sending.post = async ({ body }) => (await app.deliver(body, { signature: sign(body) })).status < 300;
};

const editAll = async (ids: number[], summary: string): Promise<void> => {
  for (const id of ids) jira.site.edit(id, { summary });
  jira.index.catchUp();
  await jira.sending.arrived();
};

/** A site that is loaded, a day ago. */
const loaded = async (count: number): Promise<number[]> => {
  const ids = makeIssues(count);
  jira.index.catchUp();
  await turn();
  now += DAY;
  await turnsFor(20);
  return ids;
};

describe('what a turn counts', () => {
  it('is each issue that it wrote, and each complete update run, because alarms and graphs know no other', async () => {
    makeIssues(3);
    now += 60 * MINUTE;
    jira.index.catchUp();
    expect(await turn()).toMatchObject({ outcome: 'done' });
    expect(counts).toEqual({ IssuesObserved: 3 });
    now += DAY;
    expect(await turnsFor(20)).toEqual({ UpdatesComplete: 2 });
  });

  it('sums up over turns what one run wrote, and nothing twice', async () => {
    const ids = await loaded(3);
    await editAll(ids, 'changed');
    expect(await turnsFor(60)).toMatchObject({ IssuesObserved: 3, ChangesMissed: 3, UpdatesComplete: 6 });
  });

  it('has missing webhooks when 20 changes came by none, because the webhook is off', async () => {
    const ids = await loaded(20);
    await editAll(ids, 'nobody tells');
    expect(await turnsFor(60)).toMatchObject({ ChangesMissed: 20, WebhooksMissing: 1 });
    expect((await turnsFor(60)).WebhooksMissing).toBeUndefined();
  });

  it('has none of them for 19, nor where deliveries brought as many, because some are always lost', async () => {
    const ids = await loaded(40);
    await editAll(ids.slice(0, 19), 'nobody tells');
    expect((await turnsFor(60)).WebhooksMissing).toBeUndefined();
    await editAll(ids.slice(0, 20), 'nobody tells');
    register();
    await editAll(ids.slice(20), 'told');
    const counted = await turnsFor(60);
    expect(counted).toMatchObject({ ChangesMissed: 20 });
    expect(counted.WebhooksMissing).toBeUndefined();
  });

  it('has no missed change where every one was delivered, even long after', async () => {
    const ids = await loaded(20);
    register();
    await editAll(ids, 'told');
    expect(await turnsFor(60)).toEqual({ UpdatesComplete: 6 });
  });

  it('has a late census when none was complete for two days, because a small site has one each day', async () => {
    await loaded(3);
    jira.spoil = ({ path }) => (path.includes('/search') ? { status: 403 } : null);
    now += 2 * DAY;
    expect((await turnsFor(10)).CensusLate).toBe(2);
  });
});

describe('a turn that fails', () => {
  it('says what to do in an alarm line, and fails no function, because Jira being away is no fault of ours', async () => {
    jira.spoil = () => ({ status: 401 });
    expect(await turn()).toMatchObject({ outcome: 'failed' });
    expect(counts).toEqual({});
    expect(lines).toMatchObject([
      {
        level: 50,
        alarm: 'reconcile-failed',
        generated_at: '2026-11-20T12:00:00.000-07:00',
        reason: expect.stringContaining('rejected the credentials'),
      },
    ]);
  });

  it('says once on its first day that it has no token, and is not late before that day is over', async () => {
    deps.openReads = () => Promise.reject(new ConfigError('Put a token there.'));
    const alarms = () => lines.filter(({ alarm }) => alarm === 'reconcile-failed').length;
    expect((await turnsFor(60)).ReconcileStarting).toBe(11);
    expect(alarms()).toBe(1);
    now += DAY;
    expect((await turnsFor(10)).ReconcileStarting).toBeUndefined();
    expect(alarms()).toBe(3);
  });
});
