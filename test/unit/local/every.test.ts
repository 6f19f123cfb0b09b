import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { every } from '../../../src/local/local-executions.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const start = (work: () => Promise<unknown>) => {
  const lines: Record<string, unknown>[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  return { stop: every({ ms: 1_000, what: 'the round', work, log }), lines };
};

describe('work that is done again and again', () => {
  it('begins at once and then on time, because what waited for a start should not wait longer', async () => {
    let begun = 0;
    const { stop } = start(async () => {
      begun += 1;
    });
    expect(begun).toBe(1);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(begun).toBe(4);
    await stop();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(begun).toBe(4);
  });

  it('is never under way twice, and what stops it waits for it', async () => {
    let begun = 0;
    const ended = Promise.withResolvers<void>();
    const { stop } = start(() => {
      begun += 1;
      return ended.promise;
    });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(begun).toBe(1);
    let stopped = false;
    const stopping = stop().then(() => {
      stopped = true;
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(stopped).toBe(false);
    ended.resolve();
    await stopping;
  });

  it('says once that it fails and once that it works again, because an outage of minutes would fill the log', async () => {
    let isDown = true;
    const { stop, lines } = start(async () => {
      if (isDown) throw new RangeError('canary');
    });
    await vi.advanceTimersByTimeAsync(5_000);
    isDown = false;
    await vi.advanceTimersByTimeAsync(5_000);
    await stop();
    expect(lines.map(({ level, fault, msg }) => [level, fault, msg])).toEqual([
      [50, 'RangeError', 'the round failed; it is retried'],
      [30, undefined, 'the round works'],
    ]);
  });
});
