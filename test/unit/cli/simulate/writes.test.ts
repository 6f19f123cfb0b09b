import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../../../src/cli/simulate/world.ts';
import { dayPartitionOf, eventIdOf, writesOf } from '../../../../src/cli/simulate/writes.ts';
import { DAY_SHARDS } from '../../../../src/contract/table.ts';
import { isEventId } from '../../../../src/domain/event-id.ts';
import { dayPartition, dayPartitions } from '../../../../src/store/keys.ts';

const delivery: Delivery = {
  number: 1,
  kind: 'update',
  issue: 7,
  project: 3,
  repository: 2,
  gap: false,
};

const partitions = (changes: Partial<Delivery>): Record<string, string> =>
  Object.fromEntries(
    writesOf(1, { ...delivery, ...changes }).map(({ place, partition }) => [
      place,
      partition.replace(/[0-9a-f]{40}/, 'HASH'),
    ]),
  );

describe('the writes of one delivery lie under the keys of the code', () => {
  it('for an update', () => {
    expect(partitions({})).toEqual({
      'an event and its status': 'E#evt_HASH',
      by_day: expect.stringMatching(/^default#2026-11-23#[0-7]$/),
      by_issue: 'default#70000007',
      'an issue: fields and links': 'I#default#70000007',
    });
  });

  it('for a creation that becomes a story without commits', () => {
    expect(partitions({ kind: 'creation', gap: true })).toMatchObject({
      'a key: aliases, candidates': 'K#default#P3-8',
      by_project: 'default#P3',
      'by_gap: stories': 'default#story#P3',
    });
  });

  it('for a comment, which changes no issue but puts its alias again', () => {
    expect(partitions({ kind: 'recorded' })).toEqual({
      'an event and its status': 'E#evt_HASH',
      by_day: expect.stringMatching(/^default#2026-11-23#[0-7]$/),
      by_issue: 'default#70000007',
      'a key: aliases, candidates': 'K#default#P3-8',
    });
  });

  it('for a commit with a story, and for one without', () => {
    expect(partitions({ kind: 'commit' })).toMatchObject({
      'a commit': 'C#default#acme/r2#HASH',
      'a key: aliases, candidates': 'K#default#P3-8',
      'an issue: fields and links': 'I#default#70000007',
    });
    expect(partitions({ kind: 'commit', gap: true })).toMatchObject({
      'by_gap: commits': 'default#commit#acme/r2',
    });
  });
});

describe('the day index', () => {
  it('is spread by real event ids', () => {
    expect(isEventId(eventIdOf(1, 1))).toBe(true);
    expect(eventIdOf(1, 1)).not.toBe(eventIdOf(1, 2));
  });

  it('is asked in as many partitions as events are spread over', () => {
    const days = new Set(Array.from({ length: 400 }, (_, number) => dayPartitionOf(eventIdOf(1, number))));
    expect([...days].sort()).toEqual(dayPartitions('default', '2026-11-23'));
  });

  it('can be spread otherwise for a question, without a change for anybody else', () => {
    const id = 'evt_000000000000000000000000000000000000000f';
    expect(dayPartition('default', id, 0)).toBe('default#1969-12-31#7');
    expect(dayPartition('default', id, 0, DAY_SHARDS)).toBe('default#1969-12-31#7');
    expect(dayPartition('default', id, 0, 16)).toBe('default#1969-12-31#15');
    expect(dayPartition('default', id, 0, 1)).toBe('default#1969-12-31#0');
  });
});
