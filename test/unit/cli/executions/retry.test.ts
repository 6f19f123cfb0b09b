import { describe, expect, it } from 'vitest';
import { RefusedError } from '../../../../src/cli/api/refusal.ts';
import { retryMany } from '../../../../src/cli/executions/retry.ts';
import { CommandError } from '../../../../src/cli/shared/command.ts';
import { scriptedApi, shownExecutionOf } from '../../../support/executions-shown.ts';

const NOW = Date.parse('2026-11-22T12:00:00-07:00');
const HOUR = 3_600_000;

/** `count` failed executions, one a minute, the newest first, in pages of `size`. */
const failedOf = (count: number, size: number) => {
  const all = Array.from({ length: count }, (_, minutes) =>
    shownExecutionOf({
      execution_id: `exe_${minutes}`,
      created_at: new Date(NOW - minutes * 60_000).toISOString(),
    }),
  );
  return (path: string) => {
    const query = new URL(path, 'http://x').searchParams;
    if (query.get('date') !== '2026-11-22') return { executions: [], next_cursor: null };
    const from = Number(query.get('cursor') ?? 0);
    const next = from + size < count ? String(from + size) : null;
    return { executions: all.slice(from, from + size), next_cursor: next };
  };
};

const setUp = ({ count = 10, size = 4, agree = true, onRetry = (_path: string): void => {} } = {}) => {
  const pages = failedOf(count, size);
  const { api, asked } = scriptedApi(({ method, path }) => {
    if (method === 'GET') return pages(path);
    onRetry(path);
    return shownExecutionOf({ status: 'queued' });
  });
  const said: string[] = [];
  const questions: string[] = [];
  const stop = new AbortController();
  const steps: number[] = [];
  const tools = {
    ask: async (question: string) => {
      questions.push(question);
      return agree;
    },
    say: (text: string) => void said.push(text),
    progress: () => ({ step: (by = 1) => void steps.push(by), stop: () => {} }),
    stopped: stop.signal,
  };
  const wanted = {
    status: 'failed',
    since_ms: NOW - HOUR,
    subscription: { id: 'sub_1', name: 'Agents' },
  };
  return {
    run: (more = {}) => retryMany(api, { ...wanted, ...more }, tools, NOW),
    posts: () => asked.filter(({ method }) => method === 'POST').map(({ path }) => path),
    ...{ asked, said, questions, stop },
    steps,
  };
};

describe('retrying many', () => {
  it('counts, asks, and goes through all pages, the oldest first', async () => {
    const { run, posts, questions, said, steps, asked } = setUp();
    expect(await run()).toBe(0);
    expect(questions).toEqual([
      'Retry 10 failed executions of "Agents" made since 2026-11-22T18:00:00.000Z?',
    ]);
    expect(posts()).toEqual(Array.from({ length: 10 }, (_, n) => `/executions/exe_${9 - n}/retry`));
    expect(said).toEqual(['Queued again: 10 of 10.']);
    expect(steps).toHaveLength(10);
    expect(asked[0]?.path).toBe('/executions?status=failed&limit=100&subscription=sub_1&date=2026-11-22');
  });

  it('leaves out what was made before, and reads no page behind it', async () => {
    const { run, posts, asked } = setUp();
    await run({ since_ms: NOW - 2.5 * 60_000 });
    expect(posts()).toHaveLength(3);
    expect(asked.filter(({ method }) => method === 'GET')).toHaveLength(1);
  });

  it('changes nothing when it is not wanted, or nothing is there', async () => {
    const refused = setUp({ agree: false });
    expect(await refused.run()).toBe(1);
    const nothing = setUp({ count: 0 });
    expect(await nothing.run()).toBe(0);
    expect(nothing.questions).toEqual([]);
    expect(nothing.said).toEqual([
      'There are no failed executions of "Agents" made since 2026-11-22T18:00:00.000Z.',
    ]);
    expect([...refused.posts(), ...nothing.posts()]).toEqual([]);
  });

  it('stops when it is told to, and says how many are left', async () => {
    let sent = 0;
    const stopping = setUp({
      count: 40,
      size: 100,
      onRetry: () => {
        sent += 1;
        if (sent === 6) stopping.stop.abort();
      },
    });
    expect(await stopping.run()).toBe(1);
    expect(sent).toBeLessThan(10);
    expect(stopping.said).toEqual([
      `Queued again: ${sent} of 40.\nStopped before ${40 - sent} of them: run it again for these.`,
    ]);
  });

  it('goes on behind one that fails, and takes one that somebody else retried for done', async () => {
    const failing = setUp({
      onRetry: (path) => {
        if (path.includes('exe_3/')) throw new RefusedError('not failed any more', 409);
        if (path.includes('exe_5/')) throw new CommandError('no answer (ECONNRESET)');
      },
    });
    expect(await failing.run()).toBe(1);
    expect(failing.said[0]?.split('\n')).toEqual([
      'Queued again: 8 of 10.',
      'Left as they are: 1. The first: not failed any more',
      'Failed: 1. The first: no answer (ECONNRESET)',
    ]);
  });
});
