import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTable, openApp, type TestApp } from '../support/app.ts';
import { checkStored, type Stored } from '../support/check-stored.ts';
import { depth } from '../support/depth.ts';
import { useEngine } from '../support/use-engine.ts';
import { deliverHistory } from './deliver-history.ts';
import { type History, history, placed } from './histories.ts';
import { countScenes } from './scenes.ts';

const HISTORIES = depth(10, 200);
/** Of a history's orders: one sends one at a time, the others in batches. Of many histories one of those is enough. */
const PLAYED = { from: 1, to: depth(4, 3) };
/** Of each outcome; what is stale is the rarest, about one in a history. */
const FEWEST = depth(1, 100);
/** So many more are drawn, and not played, to see what the generator makes. */
const DRAWN = 300;
/** For slow machines, and for making a failure small; it takes a tenth of this. */
const LIMIT_MS = 300_000;

const engine = useEngine();
/** One app and table per order of a history, so that the very same bytes arrive in every order. */
let apps: TestApp[];
let number = 0;
const sent = { applied: 0, stale: 0, recorded: 0, quarantined: 0 };

beforeAll(async () => {
  const length = PLAYED.to - PLAYED.from;
  const tables = await Promise.all(Array.from({ length }, () => createTable(engine.endpoint)));
  apps = tables.map((tableName) => openApp({ endpoint: engine.endpoint, tableName }));
});

/** A history with ids and keys of its own, in the orders that are played. */
const playedOf = (drawn: History, place: number): History => {
  const { deliveries, arrivals } = placed(drawn, place);
  return { deliveries, arrivals: arrivals.slice(PLAYED.from, PLAYED.to) };
};

/** Delivers in one order and checks what is stored; says what no order may change. */
const runOrder = async (app: TestApp, { deliveries, arrivals }: History, order: number) => {
  const stored = await deliverHistory(app, deliveries, arrivals[order] ?? []);
  const found = await checkStored(app.get, stored);
  return { stored, found, ids: stored.map(({ eventId }) => eventId).sort() };
};

const count = (stored: readonly Stored[]): void => {
  for (const { outcome } of stored)
    if (outcome === 'applied' || outcome === 'stale' || outcome === 'recorded') sent[outcome] += 1;
};

describe('deliveries in any order', () => {
  it('end in the snapshot of the newest version and in every event once, because versions decide and not arrival', {
    tags: ['deep'],
    timeout: LIMIT_MS,
  }, async () => {
    const property = fc.asyncProperty(history, async (drawn) => {
      number += 1;
      const own = playedOf(drawn, number);
      const [first, ...others] = await Promise.all(apps.map((app, order) => runOrder(app, own, order)));
      for (const other of others) {
        expect(other.found).toEqual(first?.found);
        expect(other.ids).toEqual(first?.ids);
      }
      count(first?.stored ?? []);
    });
    await fc.assert(property, {
      numRuns: HISTORIES,
      interruptAfterTimeLimit: LIMIT_MS - 60_000,
      markInterruptAsFailure: true,
    });
  });

  it('are all counted once, because an event lost or stored twice would show here', {
    tags: ['deep'],
  }, async () => {
    const { body } = await (apps[0]?.get('/stats?hours=24') ?? Promise.reject());
    expect(body).toMatchObject({ outcomes: sent, complete: true });
    expect(Math.min(sent.applied, sent.stale, sent.recorded)).toBeGreaterThanOrEqual(FEWEST);
  });

  it('hold every scene, because a generator that stops making one would make these tests weaker unseen', () => {
    const scenes = countScenes();
    for (const drawn of fc.sample(history, DRAWN)) scenes.look(playedOf(drawn, 1));
    expect(Object.entries(scenes.counts).filter(([, times]) => times === 0)).toEqual([]);
  });
});
