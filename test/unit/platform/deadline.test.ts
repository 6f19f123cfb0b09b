import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { requestDeadline, within, withTimeLimit } from '../../../src/platform/deadline.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const never = () => new Promise<never>(() => {});

describe('within', () => {
  it('gives the result of work that ends in time', async () => {
    expect(await within(new AbortController().signal, async () => 5)).toBe(5);
  });

  it('passes the fault of the work on, because the caller distinguishes faults', async () => {
    const work = () => Promise.reject(new Error('of the work'));
    await expect(within(new AbortController().signal, work)).rejects.toThrow('of the work');
  });

  it('ends waiting for all work of one signal at once, because requests share it', async () => {
    const controller = new AbortController();
    const waiting = Promise.allSettled([1, 2, 3].map(() => within(controller.signal, never)));
    controller.abort(new Error('too late'));
    expect((await waiting).map((result) => result.status)).toEqual(['rejected', 'rejected', 'rejected']);
  });

  it('begins nothing once the time is over, because nobody would wait for it', async () => {
    let begun = false;
    const work = async () => {
      begun = true;
    };
    await expect(within(AbortSignal.abort(new Error('too late')), work)).rejects.toThrow('too late');
    expect(begun).toBe(false);
  });

  it('leaves a late fault unheard, because an unhandled one would end the process', async () => {
    const controller = new AbortController();
    const late = within(controller.signal, async () => {
      await sleep(20);
      throw new Error('nobody listens');
    });
    controller.abort(new Error('too late'));
    await expect(late).rejects.toThrow('too late');
    await sleep(40);
  });
});

/** Signals and timers hold what listens to them: what is left of a call is kept until they fire. */
describe('what is left of a call that has ended', () => {
  const listening = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

  it('is nothing, whether it gave a result or failed, because a signal may live for minutes', async () => {
    const { signal } = new AbortController();
    const calls = Array.from({ length: 50 }, (_, number) =>
      within(signal, () => (number % 2 ? Promise.resolve(number) : Promise.reject(new Error('no')))),
    );
    await Promise.allSettled(calls);
    expect(listening(signal)).toBe(0);
  });

  it('is nothing when the work throws before it has begun, or the signal ends it', async () => {
    const controller = new AbortController();
    const thrown = within(controller.signal, () => {
      throw new Error('at once');
    });
    await expect(thrown).rejects.toThrow('at once');
    const cut = within(controller.signal, never);
    controller.abort(new Error('too late'));
    await expect(cut).rejects.toThrow('too late');
    expect(listening(controller.signal)).toBe(0);
  });

  it('is not its result, because 300 MB of them were once held for two minutes', async () => {
    const { signal } = new AbortController();
    const results = await Promise.all(
      Array.from(
        { length: 40 },
        async () => new WeakRef(await within(signal, async () => Buffer.alloc(100))),
      ),
    );
    for (let turn = 0; turn < 20 && results.some((result) => result.deref()); turn += 1) {
      await sleep(5);
      collectGarbage();
    }
    expect(results.filter((result) => result.deref())).toEqual([]);
    expect(signal.aborted).toBe(false);
  });

  it('is one listener only while it runs, however many calls share a signal, without a warning', async () => {
    const warnings: Error[] = [];
    const hear = (warning: Error) => void warnings.push(warning);
    process.on('warning', hear);
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 200 }, () => within(signal, () => sleep(5))));
    await sleep(5);
    process.off('warning', hear);
    expect(warnings).toEqual([]);
  });
});

describe('withTimeLimit', () => {
  it('gives the result of work that ends in time, and leaves no timer', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    let signal: AbortSignal | undefined;
    const work = async (given: AbortSignal) => {
      signal = given;
      return 5;
    };
    expect(await withTimeLimit(60_000, work)).toBe(5);
    expect(timers()).toBe(before);
    expect(signal && getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('tells the work to stop and ends with a TimeoutError, whatever the work does then', async () => {
    let told: unknown;
    const limited = withTimeLimit(10, async (signal) => {
      signal.addEventListener('abort', () => {
        told = signal.reason;
      });
      await never();
    });
    await expect(limited).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(told).toMatchObject({ name: 'TimeoutError' });
  });
});

describe('requestDeadline', () => {
  it('is shared by requests that begin together, and a new one later, because each has its full time', async () => {
    const first = requestDeadline();
    expect(requestDeadline()).toBe(first);
    expect(first.aborted).toBe(false);
    await sleep(150);
    expect(requestDeadline()).not.toBe(first);
  });
});
