import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { newSubscriptionId } from '../../../src/domain/subscription.ts';
import { embeddedConfig } from '../../../src/local/aws-config.ts';
import { createDocumentClient, createDynamoDb } from '../../../src/platform/dynamodb.ts';
import { getItem, type Table } from '../../../src/store/calls/table.ts';
import { laneKey } from '../../../src/store/executions/execution-keys.ts';
import { LANE_LEASE_MS, renewLane, returnLane, takeLane } from '../../../src/store/executions/lanes.ts';
import { createTable } from '../../support/app.ts';
import { depth } from '../../support/depth.ts';
import { useEngine } from '../../support/use-engine.ts';

const engine = useEngine();
let table: Table;
const signal = AbortSignal.timeout(300_000);

beforeAll(async () => {
  const config = embeddedConfig(engine.endpoint);
  const name = await createTable(engine.endpoint);
  table = { client: createDynamoDb(config), documentClient: createDocumentClient(config), name };
});

/** The lane of a new subscription. */
const newLane = () => {
  const subscription_id = newSubscriptionId();
  const place = () => ({ table, signal });
  return {
    take: (owner: string, now_ms: number) => takeLane(place(), { subscription_id, owner, now_ms }),
    renew: (owner: string, now_ms: number) => renewLane(place(), { subscription_id, owner, now_ms }),
    giveBack: (owner: string) => returnLane(place(), { subscription_id, owner }),
    row: () => getItem(place(), laneKey(subscription_id)),
  };
};

describe('a lane', () => {
  it('is taken by one, and by the next when that one gives it back or was silent too long', async () => {
    const lane = newLane();
    expect(await lane.take('a', 0)).toBe('taken');
    expect(await lane.take('b', LANE_LEASE_MS - 1)).toBe('busy');
    expect(await lane.take('b', LANE_LEASE_MS)).toBe('taken');
    expect(await lane.renew('a', LANE_LEASE_MS)).toBe(false);
    expect(await lane.giveBack('a')).toBe('returned');
    expect(await lane.renew('b', LANE_LEASE_MS + 50)).toBe(true);
    expect(await lane.take('a', 2 * LANE_LEASE_MS + 49)).toBe('busy');
    expect(await lane.giveBack('b')).toBe('wanted');
    expect(await lane.giveBack('b')).toBe('returned');
    expect(await lane.row()).toBeNull();
    expect(await lane.take('a', 1)).toBe('taken');
  });

  it('is taken from one whose clock was far ahead, because nobody renews it until then', async () => {
    const lane = newLane();
    await lane.take('a', 86_400_000);
    expect(await lane.take('b', 1)).toBe('taken');
    expect(await lane.renew('a', 86_430_000)).toBe(false);
    expect(await lane.take('a', LANE_LEASE_MS)).toBe('busy');
  });

  it('is kept once more for each wish, however many came and whatever the clocks of others say', async () => {
    const lane = newLane();
    await lane.take('a', 50_000);
    for (const now of [60_000, 1, 70_000]) expect(await lane.take('b', now)).toBe('busy');
    expect(await lane.giveBack('a')).toBe('wanted');
    expect(await lane.take('b', 1)).toBe('busy');
    expect(await lane.giveBack('a')).toBe('wanted');
    expect(await lane.giveBack('a')).toBe('returned');
  });

  it('forgets wishes when it is taken over, because whoever takes it looks first', async () => {
    const lane = newLane();
    await lane.take('a', 0);
    expect(await lane.take('b', 5)).toBe('busy');
    expect(await lane.take('c', LANE_LEASE_MS)).toBe('taken');
    expect(await lane.giveBack('c')).toBe('returned');
  });

  it('goes by itself when its process died, because subscriptions come and go', async () => {
    const lane = newLane();
    const now = Date.UTC(2026, 10, 22);
    await lane.take('a', now);
    expect(Number((await lane.row())?.expires_at) * 1000).toBeGreaterThan(now + LANE_LEASE_MS);
  });

  it('has one owner and loses no wish, whatever several do at once', { timeout: 120_000 }, async () => {
    const owners = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 });
    const what = fc.constantFrom('take', 'renew', 'give back');
    const later = fc.constantFrom(0, 1_000, LANE_LEASE_MS);
    const steps = fc.array(fc.record({ owners, what, later }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const told = newTold();
        for (const step of all) await told[step.what](step.owners, step.later);
      }),
      { numRuns: depth(12, 200) },
    );
  });
});

type Held = { by: string; until: number } | null;

/** A lane, and what it must say: each step is done by all its owners at the same time. */
const newTold = () => {
  const lane = newLane();
  let now = Date.UTC(2026, 10, 22);
  let held: Held = null;
  let wished = false;
  const holder = (later: number): Held => {
    now += later;
    return held;
  };
  return {
    take: async (owners: string[], later: number) => {
      const before = holder(later);
      const isHeld = before !== null && before.until > now;
      const asking = owners.filter((owner) => !isHeld || owner !== before.by);
      const results = await Promise.all(asking.map((owner) => lane.take(owner, now)));
      const takers = asking.filter((_, index) => results[index] === 'taken');
      expect(takers).toHaveLength(isHeld || asking.length === 0 ? 0 : 1);
      if (takers[0] !== undefined) held = { by: takers[0], until: now + LANE_LEASE_MS };
      wished = takers.length > 0 ? asking.length > 1 : wished || asking.length > 0;
    },
    renew: async (owners: string[], later: number) => {
      const before = holder(later);
      const results = await Promise.all(owners.map((owner) => lane.renew(owner, now)));
      const renewed = owners.filter((_, index) => results[index]);
      expect(renewed).toEqual(owners.filter((owner) => owner === before?.by));
      if (before !== null && renewed.length > 0) held = { ...before, until: now + LANE_LEASE_MS };
    },
    'give back': async (owners: string[], later: number) => {
      const before = holder(later);
      const results = await Promise.all(owners.map((owner) => lane.giveBack(owner)));
      const isGiven = before !== null && owners.includes(before.by);
      expect(results.filter((result) => result === 'wanted')).toHaveLength(isGiven && wished ? 1 : 0);
      if (isGiven && !wished) held = null;
      if (isGiven) wished = false;
    },
  };
};
