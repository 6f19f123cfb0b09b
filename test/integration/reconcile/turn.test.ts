import { beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { readEnv } from '../../../src/contract/env.ts';
import { RefusedItemError, UnavailableError } from '../../../src/errors/errors.ts';
import { JiraError, type JiraFault } from '../../../src/jira/jira-error.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { type Job, makeLoop } from '../../../src/reconcile/loop.ts';
import { placeOf, type TurnDeps } from '../../../src/reconcile/session.ts';
import { runTurn } from '../../../src/reconcile/turn.ts';
import { reconcileKey } from '../../../src/store/calls/keys.ts';
import { putRows } from '../../../src/store/calls/rows.ts';
import { readCheckpoint } from '../../../src/store/reconcile/checkpoint.ts';
import { readTurn } from '../../../src/store/reconcile/lease.ts';
import { startApp } from '../../support/app.ts';
import { useEngine } from '../../support/use-engine.ts';

const MINUTE = 60_000;
const T0 = Date.UTC(2026, 10, 20);

const engine = useEngine();
let now: number;
let deps: TurnDeps;

beforeEach(async () => {
  now = T0;
  const { events } = await startApp({ endpoint: engine.endpoint });
  deps = {
    table: events.table,
    tenant: 'default',
    clock: () => now,
    log: createLogger({ ...readEnv({}), LOG_LEVEL: 'silent' }),
    chance: () => 0.5,
    openReads: () => Promise.reject(new Error('no loop here asks')),
    observe: () => Promise.reject(new Error('no loop here observes')),
    projects: null,
    retention_days: 30,
  };
});

const state = z.object({ page: z.number() });
type State = z.output<typeof state>;

/** A loop of so many pages; `onPage` is what each does. */
const loopOf = (name: string, pages: number, onPage: (job: Job<State>, page: number) => unknown) =>
  makeLoop<State>({
    name,
    state,
    isDue: () => true,
    run: async (job) => {
      if (job.checkpoint().state === null) job.begin({ page: 0 });
      for (;;) {
        const page = job.checkpoint().state?.page ?? 0;
        if (job.session.isOver()) return;
        await onPage(job, page);
        job.count({ pages: 1 });
        if (page + 1 === pages) return job.finish({ page: 0 }, T0);
        await job.save({ page: page + 1 });
      }
    },
  });

const forever = { until_ms: null };

const stored = (name: string) => readCheckpoint(placeOf(deps), name, state);

describe('two runners', () => {
  it('do not work at once, because Jira is asked so often and no more by all of them', async () => {
    const seen: string[] = [];
    const inner = loopOf('inner', 1, () => seen.push('inner'));
    const outer = loopOf('outer', 1, async () => {
      now += 4 * MINUTE;
      const report = await runTurn(deps, { ...forever, loops: [inner] });
      expect(report).toEqual({ outcome: 'held', until_ms: T0 + 5 * MINUTE, loops: [] });
      seen.push('outer');
    });
    expect(await runTurn(deps, { ...forever, loops: [outer] })).toMatchObject({ outcome: 'done' });
    expect(await runTurn(deps, { ...forever, loops: [inner] })).toMatchObject({ outcome: 'done' });
    expect(seen).toEqual(['outer', 'inner']);
  });

  it('of which one was silent for 5 minutes: the other goes on, and nothing the first still writes counts', async () => {
    const again: boolean[] = [];
    const second = loopOf('census', 3, (job) => again.push(job.isAgain()));
    const first = loopOf('census', 3, async (_, page) => {
      if (page === 0) return;
      now += 5 * MINUTE;
      expect(await runTurn(deps, { ...forever, loops: [second] })).toMatchObject({ outcome: 'done' });
    });
    const report = await runTurn(deps, { ...forever, loops: [first] });
    expect(report).toMatchObject({ outcome: 'lost', loops: [{ complete: false }] });
    // The first one had done a page, and had begun the next: that one is done again.
    expect(again).toEqual([true, false]);
    expect(await stored('census')).toMatchObject({ generation: 1, last: { counters: { pages: 3 } } });
  });

  it('of which one lost only its lease: its next page is refused, because the other may ask already', async () => {
    const idle = loopOf('other', 1, () => {});
    const first = loopOf('census', 3, async () => {
      now += 5 * MINUTE;
      await runTurn(deps, { ...forever, loops: [idle] });
    });
    expect(await runTurn(deps, { ...forever, loops: [first] })).toMatchObject({ outcome: 'lost' });
    expect((await stored('census')).state).toBeNull();
  });

  it('of which one lost its lease between two loops begins none, because the other may be at work on it', async () => {
    const entered = Promise.withResolvers<void>();
    const open = Promise.withResolvers<void>();
    const second = loopOf('census', 1, async () => {
      entered.resolve();
      await open.promise;
    });
    let holder: Promise<unknown> | undefined;
    const slow = loopOf('updates', 1, async () => {
      now += 5 * MINUTE;
      holder = runTurn(deps, { ...forever, loops: [second] });
      await entered.promise;
    });
    const census = loopOf('census', 1, () => {});
    expect(await runTurn(deps, { ...forever, loops: [slow, census] })).toMatchObject({ outcome: 'lost' });
    open.resolve();
    expect(await holder).toMatchObject({ outcome: 'done' });
  });
});

describe('a turn', () => {
  it('without time for the page that a crash left half done leaves it to be done again', async () => {
    const again: boolean[] = [];
    const loop = loopOf('census', 1, (job) => {
      again.push(job.isAgain());
      if (again.length === 1) throw new Error('killed');
    });
    await runTurn(deps, { ...forever, loops: [loop] });
    const noTime = makeLoop<State>({ name: 'census', state, isDue: () => true, run: async () => {} });
    await runTurn(deps, { ...forever, loops: [noTime] });
    await runTurn(deps, { ...forever, loops: [loop] });
    expect(again).toEqual([false, true]);
  });

  it('goes on with the next loop where the table refuses an item, because that is about this one only', async () => {
    const done: string[] = [];
    const loops = ['field_names', 'census'].map((name) =>
      loopOf(name, 1, () => {
        done.push(name);
        if (name === 'field_names') throw new RefusedItemError(new Error('400 KB'));
      }),
    );
    expect(await runTurn(deps, { ...forever, loops })).toMatchObject({ outcome: 'failed' });
    expect(done).toEqual(['field_names', 'census']);
  });

  it('says when it leaves to whoever asks Jira, because a wait could outlast it and the function', async () => {
    const told: unknown[] = [];
    deps.openReads = (untilMs) => {
      told.push(untilMs);
      return Promise.reject(new JiraError('login', 'not now'));
    };
    const loop = loopOf('census', 1, (job) => job.session.reads());
    for (const until_ms of [T0 + MINUTE, null]) await runTurn(deps, { until_ms, loops: [loop] });
    expect(told).toEqual([T0 + MINUTE, null]);
  });

  it('that is over leaves between two pages, and the next goes on there, because a page is never half counted', async () => {
    const pages: number[] = [];
    const loop = loopOf('census', 4, (job, page) => {
      expect(job.isAgain()).toBe(false);
      pages.push(page);
      now += MINUTE;
    });
    const first = await runTurn(deps, { until_ms: now + 2 * MINUTE, loops: [loop] });
    expect(first.loops).toMatchObject([{ complete: false, counters: { pages: 2 } }]);
    const next = await runTurn(deps, { until_ms: now + 9 * MINUTE, loops: [loop] });
    expect(next.loops).toMatchObject([{ complete: true, counters: { pages: 4 } }]);
    expect(pages).toEqual([0, 1, 2, 3]);
  });

  it.each<[JiraFault, boolean]>([
    ['busy', true],
    ['down', true],
    ['login', true],
    ['redirect', true],
    ['not_json', true],
    ['permission', false],
    ['removed', false],
    ['unknown_shape', false],
  ])(
    'that meets "%s" keeps what came before, and asks for the rest only if that may go well',
    async (fault, ends) => {
      const done: string[] = [];
      const loops = [
        loopOf('updates', 1, () => done.push('updates')),
        loopOf('asked', 2, (_, page) => {
          if (page === 1) throw new JiraError(fault, 'What to do about it.');
        }),
        loopOf('census', 1, () => done.push('census')),
      ];
      const report = await runTurn(deps, { ...forever, loops });
      expect(report).toMatchObject({ outcome: 'failed', fault: 'What to do about it.' });
      expect(done).toEqual(ends ? ['updates'] : ['updates', 'census']);
      expect(await stored('asked')).toMatchObject({
        state: { page: 1 },
        counters: { pages: 1 },
        working: true,
      });
      expect(await readTurn(placeOf(deps))).toMatchObject({
        held: false,
        fault: { at_ms: now, message: 'What to do about it.' },
      });
    },
  );

  it('asks nothing before the time that Jira named, also when it is told to begin at once', async () => {
    let asked = 0;
    const until = now + 20 * MINUTE;
    const busy = loopOf('updates', 1, () => {
      asked += 1;
      if (asked === 1) throw new JiraError('busy', 'Later.', until);
    });
    await runTurn(deps, { ...forever, loops: [busy] });
    now = until - 1;
    const early = await runTurn(deps, { ...forever, loops: [busy], now: true });
    expect(early).toEqual({ outcome: 'waiting', until_ms: until, loops: [] });
    now = until;
    expect(await runTurn(deps, { ...forever, loops: [busy] })).toMatchObject({
      outcome: 'done',
      fault: null,
    });
    expect(asked).toBe(2);
    expect(await readTurn(placeOf(deps))).toMatchObject({ not_before: null, fault: null });
  });

  it('that ended with a fault does its page again, because nobody knows how much of it is written', async () => {
    const again: boolean[] = [];
    const loop = loopOf('census', 2, (job) => {
      again.push(job.isAgain());
      if (again.length === 1) throw new UnavailableError('table', new Error('throttled'));
    });
    expect(await runTurn(deps, { ...forever, loops: [loop] })).toMatchObject({ outcome: 'failed' });
    expect(await runTurn(deps, { ...forever, loops: [loop] })).toMatchObject({ outcome: 'done' });
    expect(again).toEqual([false, true, false]);
  });

  it('says which row it cannot read, and goes on with the others', async () => {
    const key = reconcileKey('default', 'LOOP#updates');
    await putRows(placeOf(deps), [{ ...key, rev: 1, working: false, body: new Uint8Array([1, 2, 3]) }]);
    const done: string[] = [];
    const loops = ['updates', 'census'].map((name) => loopOf(name, 1, () => done.push(name)));
    const report = await runTurn(deps, { ...forever, loops });
    expect(report).toMatchObject({
      outcome: 'failed',
      fault: 'the row RECONCILE#default LOOP#updates cannot be read: body does not fit',
    });
    expect(done).toEqual(['census']);
  });

  it('does nothing for a loop that is not due, unless it is told to', async () => {
    let runs = 0;
    const loop = makeLoop<State>({
      name: 'census',
      state,
      isDue: () => false,
      run: async (job) => {
        runs += 1;
        await job.finish({ page: 0 }, T0);
      },
    });
    expect((await runTurn(deps, { ...forever, loops: [loop] })).loops).toEqual([]);
    expect((await runTurn(deps, { ...forever, loops: [loop], now: true })).loops).toHaveLength(1);
    expect(runs).toBe(1);
  });
});
