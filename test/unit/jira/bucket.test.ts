import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { Answer } from '../../../src/jira/answer.ts';
import { createJiraClient } from '../../../src/jira/client.ts';
import { depth } from '../../support/depth.ts';
import { createVirtualTime } from '../../support/virtual-time.ts';

type Bucket = { size: number; fill: number; seconds: number };

/** As Data Center limits an account: a bucket of requests, filled at intervals; every answer says what is left. */
const askBucket = async (
  { size, fill, seconds }: Bucket,
  a_second: number,
  took_ms: number,
  count: number,
) => {
  const time = createVirtualTime(Date.UTC(2026, 10, 29));
  let left = size;
  let filled = time.clock();
  let refused = 0;

  const refill = (): void => {
    const times = Math.floor((time.clock() - filled) / (seconds * 1000));
    filled += times * seconds * 1000;
    left = Math.min(size, left + times * fill);
  };

  const exchange = async (): Promise<Answer> => {
    await time.sleep(took_ms / 2);
    refill();
    const isTaken = left > 0;
    if (isTaken) left -= 1;
    else refused += 1;
    const headers = new Headers({
      date: new Date(time.clock()).toUTCString(),
      'x-ratelimit-limit': String(size),
      'x-ratelimit-remaining': String(left),
      'x-ratelimit-interval-seconds': String(seconds),
      'x-ratelimit-fillrate': String(fill),
    });
    await time.sleep(took_ms / 2);
    return { status: isTaken ? 200 : 429, headers, text: '{}' };
  };

  const site = { authorization: 'x', url: 'https://jira.example.com', api: 'https://jira.example.com' };
  const world = { clock: time.clock, steady: time.clock, sleep: time.sleep, chance: () => 0.5, exchange };
  const client = createJiraClient(site, { at_once: 4, a_second }, world);
  const read = () => client.read({ method: 'GET', path: '/rest/api/2/field', answer: z.unknown() });
  await time.run(Promise.all(Array.from({ length: count }, read)));
  return refused;
};

describe('a bucket of Data Center', () => {
  it('is never asked for more than it holds, whatever its size and speed, because it says so in time', {
    tags: ['deep'],
  }, async () => {
    const bucket = fc.record({
      size: fc.integer({ min: 5, max: 100 }),
      fill: fc.integer({ min: 1, max: 20 }),
      seconds: fc.constantFrom(1, 5, 60),
    });
    const asking = [bucket, fc.constantFrom(1, 2, 20, 200), fc.constantFrom(0, 50, 1_000, 20_000)] as const;
    await fc.assert(
      fc.asyncProperty(...asking, async (one, a_second, took_ms) => {
        expect(await askBucket(one, a_second, took_ms, 40)).toBe(0);
      }),
      { numRuns: depth(100, 2_000) },
    );
  });

  it('may be one that others empty, which costs refusals and no more', async () => {
    expect(await askBucket({ size: 1, fill: 1, seconds: 5 }, 20, 1_000, 20)).toBeGreaterThan(0);
  });
});
