import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SecretDocumentError, type SigningKey } from '../../../src/verify/secret-document.ts';
import {
  createSecretCache,
  noSecret,
  overrideSecret,
  type SecretCache,
} from '../../../src/verify/secret-source.ts';

describe('a secret that never changes', () => {
  it('is one key by the name of its variable, and looking again finds the same', async () => {
    const source = overrideSecret('JIRA_WEBHOOK_SECRET', 'grün');
    const keys = [{ name: 'JIRA_WEBHOOK_SECRET', key: Buffer.from('grün'), until: null }];
    expect(await source.keys()).toEqual(keys);
    expect(await source.refreshAfterMismatch()).toEqual({ keys, lastRefreshFailed: false });
  });

  it('is no key at all for a source that is off, so that nothing verifies', async () => {
    expect(await noSecret.keys()).toEqual([]);
    expect(await noSecret.refreshAfterMismatch()).toEqual({ keys: [], lastRefreshFailed: false });
  });
});

const START = Date.UTC(2026, 10, 22, 19, 0, 0);

const MINUTE = 60_000;

/** A fetch the test settles by hand; its keys carry the fetch's number, counted from 1, as their name. */
type Fetch = { succeed(): void; fail(fault?: unknown): void };

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const setUp = () => {
  const fetches: Fetch[] = [];
  const sleeps: { ms: number; end(): void }[] = [];
  const lines: unknown[][] = [];
  const time = { now: START };
  const fetch = () => {
    const { promise, resolve, reject } = Promise.withResolvers<SigningKey[]>();
    const name = String(fetches.length + 1);
    fetches.push({
      succeed: () => resolve([{ name, key: Buffer.from(name), until: null }]),
      fail: (fault = new Error('down')) => reject(fault),
    });
    return promise;
  };
  const sleep = (ms: number) => new Promise<void>((end) => sleeps.push({ ms, end }));
  const log = { warn: (...line: unknown[]) => void lines.push(line) };
  const cache = createSecretCache({ fetch, clock: () => time.now, log, sleep });
  return { cache, fetches, sleeps, lines, time };
};

const nameOf = (keys: readonly SigningKey[] | null): string | null => keys?.[0]?.name ?? null;

const ask = async (cache: SecretCache): Promise<string | null> => nameOf(await cache.keys());

const mismatch = async (cache: SecretCache): Promise<[string | null, boolean]> => {
  const { keys, lastRefreshFailed } = await cache.refreshAfterMismatch();
  return [nameOf(keys), lastRefreshFailed];
};

/** A cache whose first fetch has succeeded at START. */
const setUpWarm = async () => {
  const rig = setUp();
  const first = ask(rig.cache);
  rig.fetches[0]?.succeed();
  expect(await first).toBe('1');
  return rig;
};

describe('the first fetch', () => {
  it('begins with the prefetch, because init time is free', () => {
    const { cache, fetches } = setUp();
    cache.prefetch();
    cache.prefetch();
    expect(fetches).toHaveLength(1);
  });

  it('is waited for by the first request, because it is on its way already', async () => {
    const { cache, fetches, sleeps } = setUp();
    cache.prefetch();
    const first = ask(cache);
    fetches[0]?.succeed();
    expect(await first).toBe('1');
    expect(fetches).toHaveLength(1);
    expect(sleeps.map(({ ms }) => ms)).toEqual([1500]);
  });

  it('costs a later request nothing when it is done, because its keys are cached', async () => {
    const { cache, fetches, sleeps } = setUp();
    cache.prefetch();
    fetches[0]?.succeed();
    await turn();
    expect(await ask(cache)).toBe('1');
    expect([fetches.length, sleeps.length]).toEqual([1, 0]);
  });

  it('is tried once by the request itself when the prefetch failed, because that may have passed', async () => {
    const { cache, fetches } = setUp();
    cache.prefetch();
    fetches[0]?.fail();
    await turn();
    const first = ask(cache);
    await turn();
    fetches[1]?.succeed();
    expect(await first).toBe('2');
  });

  it('is tried once by the request itself after 1.5 s, because the prefetch may hang in a frozen process', async () => {
    const { cache, fetches, sleeps } = setUp();
    cache.prefetch();
    const first = ask(cache);
    await turn();
    expect(fetches).toHaveLength(1);
    sleeps[0]?.end();
    await turn();
    expect(fetches).toHaveLength(2);
    fetches[1]?.succeed();
    expect(await first).toBe('2');
  });

  it('is not undone by a prefetch that answers later, because that began earlier', async () => {
    const { cache, fetches, sleeps } = setUp();
    cache.prefetch();
    const first = ask(cache);
    sleeps[0]?.end();
    await turn();
    fetches[1]?.succeed();
    await first;
    fetches[0]?.succeed();
    await turn();
    expect(await ask(cache)).toBe('2');
  });

  it('is not spoilt by a prefetch that fails later, because a newer fetch succeeded', async () => {
    const { cache, fetches, sleeps, time } = setUp();
    cache.prefetch();
    const first = ask(cache);
    sleeps[0]?.end();
    await turn();
    fetches[1]?.succeed();
    await first;
    const looking = mismatch(cache);
    fetches[2]?.succeed();
    await looking;
    fetches[0]?.fail();
    await turn();
    time.now += 1000;
    expect(await mismatch(cache)).toEqual(['3', false]);
  });

  it('may still come from a late prefetch when the own try failed, because any secret is better than none', async () => {
    const { cache, fetches, sleeps } = setUp();
    cache.prefetch();
    const first = ask(cache);
    sleeps[0]?.end();
    await turn();
    fetches[1]?.fail();
    expect(await first).toBeNull();
    fetches[0]?.succeed();
    await turn();
    expect(await ask(cache)).toBe('1');
  });

  it('is one for a hundred concurrent first requests, because they share it', async () => {
    const { cache, fetches } = setUp();
    const all = Promise.all(Array.from({ length: 100 }, () => ask(cache)));
    await turn();
    expect(fetches).toHaveLength(1);
    fetches[0]?.succeed();
    expect(new Set(await all)).toEqual(new Set(['1']));
  });

  it('is one more for a hundred concurrent requests after a failed prefetch, because they share the try', async () => {
    const { cache, fetches } = setUp();
    cache.prefetch();
    const early = Array.from({ length: 50 }, () => ask(cache));
    fetches[0]?.fail();
    await turn();
    const late = Array.from({ length: 50 }, () => ask(cache));
    await turn();
    expect(fetches).toHaveLength(2);
    fetches[1]?.succeed();
    expect(new Set(await Promise.all([...early, ...late]))).toEqual(new Set(['2']));
  });

  it('leaves nothing to serve when it fails, and the next request tries again', async () => {
    const { cache, fetches } = setUp();
    const first = ask(cache);
    fetches[0]?.fail();
    expect(await first).toBeNull();
    const second = ask(cache);
    fetches[1]?.succeed();
    expect(await second).toBe('2');
  });

  it('is repeated for age when the process was frozen for long in the middle of it, because it may be old', async () => {
    const { cache, fetches, time } = setUp();
    cache.prefetch();
    const first = ask(cache);
    time.now += 6 * MINUTE;
    fetches[0]?.succeed();
    await turn();
    fetches[1]?.succeed();
    expect(await first).toBe('2');
  });

  it('is not waited for twice, because a prefetch that hung for one request hangs for the next', async () => {
    const { cache, fetches, sleeps } = setUp();
    cache.prefetch();
    const first = ask(cache);
    sleeps[0]?.end();
    await turn();
    fetches[1]?.fail();
    await first;
    const second = ask(cache);
    await turn();
    expect([fetches.length, sleeps.length]).toEqual([3, 1]);
    fetches[2]?.succeed();
    expect(await second).toBe('3');
  });

  it('waits in real time when nothing else is injected, because a handler passes no sleep', async () => {
    let calls = 0;
    const fetch = (): Promise<SigningKey[]> => {
      calls += 1;
      return calls === 1 ? new Promise(() => undefined) : Promise.resolve([]);
    };
    const cache = createSecretCache({ fetch, clock: () => START, log: { warn: () => undefined } });
    cache.prefetch();
    expect(await cache.keys()).toEqual([]);
    expect(calls).toBe(2);
  });
});

describe('what the log says of a failed fetch', () => {
  it('names the fault without its text, because the text may quote an ARN', async () => {
    const { cache, fetches, lines } = setUp();
    cache.prefetch();
    fetches[0]?.fail(Object.assign(new Error('arn:aws:secretsmanager:x'), { name: 'AccessDeniedException' }));
    await turn();
    expect(lines).toEqual([[{ fault: 'AccessDeniedException' }, 'secret refresh failed']]);
  });

  it('gives our own reason for a document we cannot read, because someone has to correct it', async () => {
    const { cache, fetches, lines } = setUp();
    cache.prefetch();
    fetches[0]?.fail(new SecretDocumentError('the secret is not a JSON object'));
    await turn();
    expect(lines).toEqual([
      [{ fault: 'SecretDocumentError', reason: 'the secret is not a JSON object' }, 'secret refresh failed'],
    ]);
  });

  it('survives a fetch that throws at once or throws no error, because nothing may reject in the background', async () => {
    const lines: unknown[] = [];
    const fetch = () => {
      throw 'down';
    };
    const log = { warn: (line: unknown) => void lines.push(line) };
    const cache = createSecretCache({ fetch, clock: () => START, log });
    cache.prefetch();
    expect(await cache.keys()).toBeNull();
    expect(lines).toEqual([{ fault: 'string' }, { fault: 'string' }]);
  });
});

describe('age', () => {
  it('asks the store for nothing within 5 minutes, because every read costs', async () => {
    const { cache, fetches, time } = await setUpWarm();
    time.now += 5 * MINUTE - 1;
    expect(await ask(cache)).toBe('1');
    expect(fetches).toHaveLength(1);
  });

  it('is answered with what a refresh brings at 5 minutes, because a revoked secret must stop', async () => {
    const { cache, fetches, time } = await setUpWarm();
    time.now += 5 * MINUTE;
    const asked = ask(cache);
    fetches[1]?.succeed();
    expect(await asked).toBe('2');
  });

  it('counts from the beginning of a fetch, because the store may have read its answer then', async () => {
    const { cache, fetches, time } = setUp();
    const first = ask(cache);
    time.now += 10_000;
    fetches[0]?.succeed();
    await first;
    time.now = START + 5 * MINUTE;
    void ask(cache);
    expect(fetches).toHaveLength(2);
  });

  it('is refreshed once for concurrent requests, because they share it', async () => {
    const { cache, fetches, time } = await setUpWarm();
    time.now += 5 * MINUTE;
    const all = Promise.all(Array.from({ length: 100 }, () => ask(cache)));
    expect(fetches).toHaveLength(2);
    fetches[1]?.succeed();
    expect(new Set(await all)).toEqual(new Set(['2']));
  });

  it('leaves the cached keys serving when the refresh fails, because the store may be down', async () => {
    const { cache, fetches, time } = await setUpWarm();
    time.now += 5 * MINUTE;
    const asked = ask(cache);
    fetches[1]?.fail();
    expect(await asked).toBe('1');
  });

  it('does not ask again for 30 s after a failed refresh, because a store that is down would slow every request', async () => {
    const { cache, fetches, time } = await setUpWarm();
    time.now += 5 * MINUTE;
    const asked = ask(cache);
    fetches[1]?.fail();
    await asked;
    time.now += 29_999;
    expect(await ask(cache)).toBe('1');
    expect(fetches).toHaveLength(2);
    time.now += 1;
    const again = ask(cache);
    fetches[2]?.succeed();
    expect(await again).toBe('3');
  });

  it('is over when the clock was set back, because the keys would otherwise live on for that long', async () => {
    const { cache, fetches, time } = await setUpWarm();
    time.now -= 1;
    const asked = ask(cache);
    fetches[1]?.succeed();
    expect(await asked).toBe('2');
  });
});

describe('a mismatch', () => {
  it('looks again at once, because a new secret may have been promoted', async () => {
    const { cache, fetches } = await setUpWarm();
    const looked = mismatch(cache);
    fetches[1]?.succeed();
    expect(await looked).toEqual(['2', false]);
  });

  it('looks again once for concurrent requests, because they share it', async () => {
    const { cache, fetches } = await setUpWarm();
    const all = Promise.all(Array.from({ length: 100 }, () => mismatch(cache)));
    expect(fetches).toHaveLength(2);
    fetches[1]?.succeed();
    expect((await all).every(([name, failed]) => name === '2' && !failed)).toBe(true);
  });

  it('looks again at most once in 30 s, because anybody can send garbage', async () => {
    const { cache, fetches, time } = await setUpWarm();
    const looked = mismatch(cache);
    fetches[1]?.succeed();
    await looked;
    for (let sent = 0; sent < 1000; sent += 1) {
      time.now = START + sent * 29;
      await mismatch(cache);
    }
    expect(fetches).toHaveLength(2);
    time.now = START + 30_000;
    void mismatch(cache);
    expect(fetches).toHaveLength(3);
  });

  it('looks again right after a refresh for age, because that is counted apart', async () => {
    const { cache, fetches, time } = await setUpWarm();
    time.now += 5 * MINUTE;
    const asked = ask(cache);
    fetches[1]?.succeed();
    await asked;
    const looked = mismatch(cache);
    fetches[2]?.succeed();
    expect(await looked).toEqual(['3', false]);
  });

  it('looks again right after the first fetch, because that is counted apart too', async () => {
    const { cache, fetches } = await setUpWarm();
    void mismatch(cache);
    expect(fetches).toHaveLength(2);
  });

  it('reports that the last refresh failed until one succeeds, because a refusal would be our fault', async () => {
    const { cache, fetches, time } = await setUpWarm();
    const looked = mismatch(cache);
    fetches[1]?.fail();
    expect(await looked).toEqual(['1', true]);
    time.now += 10_000;
    expect(await mismatch(cache)).toEqual(['1', true]);
    time.now += 20_000;
    const again = mismatch(cache);
    fetches[2]?.succeed();
    expect(await again).toEqual(['3', false]);
  });

  it.each([
    ['succeed', ['3', false]],
    ['fail', ['1', true]],
  ] as const)('looks again after a failed refresh for age (%s), because that is newer', async (how, seen) => {
    const { cache, fetches, time } = await setUpWarm();
    time.now += 5 * MINUTE;
    const asked = ask(cache);
    fetches[1]?.fail();
    await asked;
    const looked = mismatch(cache);
    fetches[2]?.[how]();
    expect(await looked).toEqual(seen);
  });

  it('looks again when the clock was set back, because 30 s could otherwise last for ever', async () => {
    const { cache, fetches, time } = await setUpWarm();
    const looked = mismatch(cache);
    fetches[1]?.succeed();
    await looked;
    time.now -= 1;
    void mismatch(cache);
    expect(fetches).toHaveLength(3);
  });
});

describe('fetches that overlap', () => {
  /** `wait` passes the 30 s pause, or the 5 minutes of age, before what it names is asked. */
  type Step =
    | { kind: 'ask' | 'mismatch'; wait: number }
    | { kind: 'settle'; pick: number; ok: boolean; wait: number };

  const wait = fc.constantFrom(0, 31_000, 5 * MINUTE);
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ kind: fc.constantFrom('ask' as const, 'mismatch' as const), wait }),
    fc.record({ kind: fc.constant('settle' as const), pick: fc.nat(), ok: fc.boolean(), wait }),
  );

  /** Does the steps; answers with the number of the newest fetch that succeeded. */
  const play = async (rig: Awaited<ReturnType<typeof setUpWarm>>, steps: Step[]): Promise<number> => {
    const ended = new Set([0]);
    let newest = 1;
    for (const action of steps) {
      rig.time.now += action.wait;
      if (action.kind === 'ask') void rig.cache.keys();
      if (action.kind === 'mismatch') void rig.cache.refreshAfterMismatch();
      const open = [...rig.fetches.keys()].filter((index) => !ended.has(index));
      const index = action.kind === 'settle' ? open[action.pick % open.length] : undefined;
      if (action.kind === 'settle' && index !== undefined) {
        ended.add(index);
        rig.fetches[index]?.[action.ok ? 'succeed' : 'fail']();
        if (action.ok) newest = Math.max(newest, index + 1);
      }
      await turn();
    }
    return newest;
  };

  it('never bring older keys back, in whatever order they end', async () => {
    let overlapped = 0;
    const property = fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
      const rig = await setUpWarm();
      const newest = await play(rig, steps);
      if (rig.fetches.length > 5) overlapped += 1;
      const end = ask(rig.cache);
      await turn();
      for (const fetch of rig.fetches) fetch.fail();
      expect(await end).toBe(String(newest));
    });
    await fc.assert(property);
    expect(overlapped).toBeGreaterThan(50);
  });
});
