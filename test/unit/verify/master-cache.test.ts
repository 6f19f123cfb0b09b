import { describe, expect, it } from 'vitest';
import { createMasterCache } from '../../../src/verify/master-cache.ts';
import { SecretDocumentError } from '../../../src/verify/secret-document.ts';

const START = Date.UTC(2026, 10, 22, 19, 0, 0);
const [FIRST, SECOND] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A cache over a secret that the test changes; `hold` keeps reads waiting until they are let go. */
const setUp = (masters: Record<number, Buffer>) => {
  const secret = { masters: new Map(Object.entries(masters).map(([n, key]) => [Number(n), key])) };
  const state = {
    wall: START,
    steady: 0,
    reads: 0,
    fault: null as unknown,
    held: null as (() => void)[] | null,
  };
  const lines: unknown[][] = [];
  const fetch = async () => {
    state.reads += 1;
    const { fault } = state;
    const answer = new Map(secret.masters);
    if (state.held) await new Promise<void>((go) => state.held?.push(go));
    if (fault) throw fault;
    return answer;
  };
  const cache = createMasterCache({
    fetch,
    clock: () => state.wall,
    steady: () => state.steady,
    log: { warn: (...line: unknown[]) => void lines.push(line) },
  });
  const pass = (ms: number) => {
    state.wall += ms;
    state.steady += ms;
  };
  return { cache, secret, state, lines, pass };
};

describe('a master that is known', () => {
  it('is read once, because its number never gets another key', async () => {
    const { cache, state, pass } = setUp({ 1: FIRST });
    expect(await cache.masterOf(1)).toBe(FIRST);
    pass(30 * 86_400_000);
    state.fault = new Error('down');
    expect(await cache.masterOf(1)).toBe(FIRST);
    expect(state.reads).toBe(1);
  });

  it('stays when a newer one is read, and when the secret has lost it', async () => {
    const { cache, secret, pass } = setUp({ 1: FIRST });
    await cache.masterOf(1);
    secret.masters = new Map([[2, SECOND]]);
    pass(2_000);
    expect(await cache.masterOf(2)).toBe(SECOND);
    expect(await cache.masterOf(1)).toBe(FIRST);
  });
});

describe('a master that is not known', () => {
  it('makes it read the secret at once, because a row names it that was made elsewhere', async () => {
    const { cache, secret, state, pass } = setUp({ 1: FIRST });
    await cache.masterOf(1);
    secret.masters.set(2, SECOND);
    pass(2_000);
    expect(await cache.masterOf(2)).toBe(SECOND);
    expect(state.reads).toBe(2);
  });

  it('is looked for once in 2 s at most, however many deliveries ask', async () => {
    const { cache, secret, state, pass } = setUp({ 1: FIRST });
    const asked = await Promise.all(Array.from({ length: 50 }, () => cache.masterOf(2)));
    expect(new Set(asked)).toEqual(new Set(['missing']));
    expect(state.reads).toBe(1);
    secret.masters.set(2, SECOND);
    pass(1_999);
    expect(await cache.masterOf(2)).toBe('missing');
    expect(state.reads).toBe(1);
    pass(1);
    expect(await cache.masterOf(2)).toBe(SECOND);
    expect(state.reads).toBe(2);
  });

  it('is unavailable while the secret cannot be read, and asked for again after 2 s', async () => {
    const { cache, state, lines, pass } = setUp({ 1: FIRST });
    state.fault = Object.assign(new Error('arn:aws:secret'), { name: 'AccessDeniedException' });
    expect(await cache.masterOf(1)).toBe('unavailable');
    state.fault = null;
    expect(await cache.masterOf(1)).toBe('unavailable');
    pass(2_000);
    expect(await cache.masterOf(1)).toBe(FIRST);
    expect(lines).toEqual([[{ fault: 'AccessDeniedException' }, 'masters could not be read']]);
  });

  it('is unavailable while the document cannot be used, and the log says why without quoting it', async () => {
    const { cache, state, lines } = setUp({});
    state.fault = new SecretDocumentError('the secret is not a JSON object');
    expect(await cache.masterOf(1)).toBe('unavailable');
    expect(lines).toEqual([
      [
        { fault: 'SecretDocumentError', reason: 'the secret is not a JSON object' },
        'masters could not be read',
      ],
    ]);
  });

  it('is looked for again when the clock was set back, because 2 s would last for as long', async () => {
    const { cache, secret, state } = setUp({});
    await cache.masterOf(1);
    secret.masters.set(1, FIRST);
    state.wall -= 3_600_000;
    expect(await cache.masterOf(1)).toBe(FIRST);
  });

  it('does not wait for a read that was frozen with the process', async () => {
    const { cache, state, pass } = setUp({ 1: FIRST });
    state.held = [];
    const frozen = cache.masterOf(1);
    await turn();
    const [thaw] = state.held;
    state.held = null;
    pass(60_000);
    expect(await cache.masterOf(1)).toBe(FIRST);
    thaw?.();
    expect(await frozen).toBe(FIRST);
  });

  it('that a newer read found is not lost to an older one that ends later', async () => {
    const { cache, secret, state, pass } = setUp({ 1: FIRST });
    state.held = [];
    const old = cache.masterOf(3);
    await turn();
    const [letGo] = state.held;
    state.held = null;
    secret.masters.set(2, SECOND);
    pass(2_000);
    expect(await cache.masterOf(2)).toBe(SECOND);
    letGo?.();
    expect(await old).toBe('missing');
    expect(await cache.masterOf(2)).toBe(SECOND);
    expect(state.reads).toBe(2);
  });
});

describe('the newest master', () => {
  it('is the one with the highest number, as the secret was at most 2 s ago', async () => {
    const { cache, secret, pass } = setUp({ 2: SECOND, 1: FIRST });
    expect(await cache.newest()).toEqual({ number: 2, master: SECOND });
    const tenth = Buffer.alloc(32, 10);
    secret.masters.set(10, tenth);
    pass(2_000);
    expect(await cache.newest()).toEqual({ number: 10, master: tenth });
  });

  it('is none that the secret has lost, because new versions must not name it', async () => {
    const { cache, secret, pass } = setUp({ 1: FIRST, 2: SECOND });
    await cache.newest();
    secret.masters.delete(2);
    pass(2_000);
    expect(await cache.newest()).toEqual({ number: 1, master: FIRST });
  });

  it('is missing without any, and unavailable while nobody knows', async () => {
    const { cache, state, pass } = setUp({});
    expect(await cache.newest()).toBe('missing');
    state.fault = new Error('down');
    pass(2_000);
    expect(await cache.newest()).toBe('unavailable');
  });
});
