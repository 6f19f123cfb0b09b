import { describe, expect, it, vi } from 'vitest';
import { retry } from '../../../src/platform/retry.ts';

const SOON = { tries: 3, first_ms: 1, longest_ms: 2, by_chance: 0.5 };

/** Fails as often as told, then says how often it was tried. */
const failing = (times: number, fault: unknown = new Error('not now')) => {
  const work = vi.fn(async () => {
    if (work.mock.calls.length <= times) throw fault;
    return work.mock.calls.length;
  });
  return work;
};

describe('what is tried again', () => {
  it.each([0, 1, 2])('succeeds after %i failures, because three tries are allowed', async (times) => {
    expect(await retry(failing(times), SOON)).toBe(times + 1);
  });

  it('ends with its last fault when no try is left, because the caller knows what it means', async () => {
    const fault = new Error('never');
    const work = failing(9, fault);
    await expect(retry(work, SOON)).rejects.toBe(fault);
    expect(work).toHaveBeenCalledTimes(3);
  });

  it('ends at once with what another try cannot heal, and with a bug', async () => {
    const work = failing(9);
    await expect(retry(work, SOON, { mayHeal: () => false })).rejects.toThrow('not now');
    expect(work).toHaveBeenCalledTimes(1);
    const bug = failing(9, new TypeError('a bug'));
    await expect(retry(bug, SOON)).rejects.toThrow('a bug');
    expect(bug).toHaveBeenCalledTimes(1);
  });

  it('waits no longer than its signal allows, because nobody waits for it any more', async () => {
    const limits = { ...SOON, first_ms: 60_000, longest_ms: 60_000 };
    const work = failing(9);
    await expect(retry(work, limits, { signal: AbortSignal.timeout(5) })).rejects.toThrow(/abort/i);
    expect(work).toHaveBeenCalledTimes(1);
  });
});
