import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventId, sha256Hex } from '../../../../src/domain/event-id.ts';
import { EVENT_SOURCES, FEEDS, feedOf } from '../../../../src/domain/source.ts';
import {
  dayPartition,
  dayPartitions,
  spreadPartition,
  spreadPartitions,
} from '../../../../src/store/calls/keys.ts';

const RECEIVED_MS = Date.UTC(2026, 10, 29, 19);

const ids = fc.string().map((body) => eventId('default', 'jira', sha256Hex(body)));

describe('what is spread over partitions', () => {
  it('lies in one of those that are read, because it would never be found in another', () => {
    fc.assert(
      fc.property(ids, fc.constantFrom(...EVENT_SOURCES), (event_id, source) => {
        expect(spreadPartitions('default', 'parked')).toContain(
          spreadPartition('default', 'parked', event_id),
        );
        const event = { tenant: 'default', source, event_id, received_ms: RECEIVED_MS };
        expect(dayPartitions('default', '2026-11-29', feedOf(source))).toContain(dayPartition(event));
      }),
    );
  });

  it('is apart for each list of a day, because what counts deliveries must not meet what we read ourselves', () => {
    const all = FEEDS.flatMap((feed) => dayPartitions('default', '2026-11-29', feed));
    expect(new Set(all).size).toBe(all.length);
    expect(feedOf('reconcile')).not.toBe(feedOf('jira'));
  });

  it('fills all of them about evenly, because a full one throttles the table', () => {
    const drawn = Array.from({ length: 4_000 }, (_, n) => eventId('default', 'jira', sha256Hex(String(n))));
    const counts = Map.groupBy(drawn, (id) => spreadPartition('default', 'parked', id));
    expect([...counts.keys()].sort()).toEqual(spreadPartitions('default', 'parked'));
    expect(Math.min(...[...counts.values()].map((some) => some.length))).toBeGreaterThan(400);
  });

  it('names its tenant first, because one tenant must not read what waits for another', () => {
    expect(spreadPartitions('b', 'parked').filter((one) => !one.startsWith('b#parked#'))).toEqual([]);
  });
});
