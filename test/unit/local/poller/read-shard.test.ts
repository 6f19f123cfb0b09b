import { describe, expect, it } from 'vitest';
import { restAfter } from '../../../../src/local/poller/read-shard.ts';

describe('the rest after a poll that found nothing', () => {
  it('grows with what the poll took, because the engine looks through its whole stream each time', () => {
    expect([1, 50, 100, 400].map((tookMs) => restAfter(tookMs, 200))).toEqual([200, 200, 400, 1_600]);
  });

  it('is two seconds at most, because an engine that stalled is no reason to look away for longer', () => {
    expect([501, 9_000, 600_000].map((tookMs) => restAfter(tookMs, 200))).toEqual([2_000, 2_000, 2_000]);
  });
});
