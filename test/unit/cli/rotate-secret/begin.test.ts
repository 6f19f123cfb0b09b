import { describe, expect, it } from 'vitest';
import { waitForReceivers } from '../../../../src/cli/rotate-secret/begin.ts';

const waitAt = async (isTTY: boolean) => {
  const slept: number[] = [];
  const written: string[] = [];
  const output = { isTTY, write: (text: string) => written.push(text) };
  await waitForReceivers(async (ms) => void slept.push(ms), output);
  return { ms: slept.reduce((a, b) => a + b, 0), written };
};

describe('the wait before a new secret is shown', () => {
  it('is 60 s, because a receiver looks again twice in that time', async () => {
    expect((await waitAt(false)).ms).toBe(60_000);
    expect((await waitAt(true)).ms).toBe(60_000);
  });

  it('counts down on a terminal and leaves its line clean', async () => {
    const { written } = await waitAt(true);
    expect(written.slice(0, 2)).toEqual(['\rWaiting 60 s ', '\rWaiting 59 s ']);
    expect(written.slice(-2)).toEqual(['\rWaiting  1 s ', '\r                \r']);
    expect(written).toHaveLength(61);
  });

  it('says once elsewhere that it waits, because a log has no use for a countdown', async () => {
    expect((await waitAt(false)).written).toEqual(['Waiting 60 s\n']);
  });
});
