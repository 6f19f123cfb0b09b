import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { executionIdOf } from '../../../../src/domain/execution.ts';
import {
  attemptKey,
  attemptSortPrefix,
  executionDayPartition,
  executionDayPartitions,
  executionKey,
} from '../../../../src/store/executions/execution-keys.ts';
import { executionIdOfEntry } from '../../../../src/store/executions/execution-row.ts';

const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 40, maxLength: 40 });
const rest = fc.string({ unit: fc.constantFrom(...'AZaz09-_r'), minLength: 22, maxLength: 22 });
const replay = fc.oneof(fc.constant(0), fc.nat({ max: 999_999 }));
const ids = fc
  .tuple(hex, rest, replay)
  .map(([digits, letters, n]) => executionIdOf(`evt_${digits}`, `sub_${letters}`, n));

describe('the keys of an execution', () => {
  it('say its id again, whatever the id of its subscription is made of', () => {
    fc.assert(fc.property(ids, (id) => executionIdOfEntry(executionKey(id)) === id));
  });

  it('of one and of what repeats it are apart, and so are their attempts', () => {
    fc.assert(
      fc.property(hex, rest, fc.integer({ min: 1, max: 999_999 }), (digits, letters, n) => {
        const first = executionIdOf(`evt_${digits}`, `sub_${letters}`);
        const again = executionIdOf(`evt_${digits}`, `sub_${letters}`, n);
        expect(executionKey(again).pk).toBe(executionKey(first).pk);
        expect(executionKey(again).sk).not.toBe(executionKey(first).sk);
        expect(attemptKey(again, 1).sk.startsWith(attemptSortPrefix(first))).toBe(false);
        expect(attemptKey(first, 1).sk.startsWith(attemptSortPrefix(again))).toBe(false);
      }),
    );
  });

  it('sort attempts by their numbers, also of a target that is probed for days', () => {
    const id = executionIdOf(`evt_${'0'.repeat(40)}`, `sub_${'a'.repeat(22)}`);
    const sorted = [1, 2, 10, 99, 100, 1_000].map((attempt) => attemptKey(id, attempt).sk);
    expect(sorted.toSorted()).toEqual(sorted);
  });

  it('place it in one of the partitions of its day, which is Phoenix’s', () => {
    fc.assert(
      fc.property(hex, (digits) => {
        const placed = {
          tenant_id: 'retail',
          event_id: `evt_${digits}`,
          created_ms: Date.UTC(2026, 10, 23, 6, 59),
        };
        expect(executionDayPartitions('retail', '2026-11-22')).toContain(executionDayPartition(placed));
      }),
    );
  });

  it('of a strange entry are none, because an id that is made up must not be asked for', () => {
    expect(() => executionIdOfEntry({ pk: 'E#evt_1', sk: 'E' })).toThrow('cannot be read');
  });
});
