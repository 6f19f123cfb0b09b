import { describe, expect, it } from 'vitest';
import { RefusedItemError, UnavailableError } from '../../../../src/errors/errors.ts';
import { repeatRest } from '../../../../src/store/calls/repeat-rest.ts';

const never = new AbortController().signal;

describe('repeating what a batch call left over', () => {
  it('sends only what was left, because what was taken needs no second call', async () => {
    const sent: string[][] = [];
    const takeFirst = async (rest: string[]) => {
      sent.push(rest);
      return rest.slice(1);
    };
    await repeatRest(['a', 'b', 'c'], takeFirst, never);
    expect(sent).toEqual([['a', 'b', 'c'], ['b', 'c'], ['c']]);
  });

  it('waits before each repetition, because a throttled partition only gets worse without it', async () => {
    let calls = 0;
    const takeNothing = async (rest: string[]) => {
      calls += 1;
      return rest;
    };
    const stopped = repeatRest(['a'], takeNothing, AbortSignal.timeout(200));
    await expect(stopped).rejects.toBeInstanceOf(UnavailableError);
    expect(calls).toBeLessThanOrEqual(4);
  });

  it.each([
    ['a malformed item', new RefusedItemError(new Error('no'))],
    ['a table that is away', new UnavailableError('table', new Error('no'))],
  ])('passes %s on at once, because another try would end the same', async (_what, fault) => {
    let calls = 0;
    const fail = async (): Promise<string[]> => {
      calls += 1;
      throw fault;
    };
    await expect(repeatRest(['a'], fail, never)).rejects.toBe(fault);
    expect(calls).toBe(1);
  });
});
