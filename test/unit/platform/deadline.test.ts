import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { requestDeadline, within } from '../../../src/platform/deadline.ts';

const never = () => new Promise<never>(() => {});

describe('within', () => {
  it('gives the result of work that ends in time', async () => {
    expect(await within(new AbortController().signal, async () => 5)).toBe(5);
  });

  it('passes the fault of the work on, because the caller tells faults apart', async () => {
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

describe('requestDeadline', () => {
  it('is shared by requests that begin together, and a new one later, because each has its full time', async () => {
    const first = requestDeadline();
    expect(requestDeadline()).toBe(first);
    expect(first.aborted).toBe(false);
    await sleep(150);
    expect(requestDeadline()).not.toBe(first);
  });
});
