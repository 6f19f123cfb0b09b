import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { socketName, takeName, withProcessLock } from '../../../src/platform/process-lock.ts';

let things = 0;
const newThing = (): string => {
  things += 1;
  return `a thing of the tests ${process.pid} ${things}`;
};

const signal = (): AbortSignal => AbortSignal.timeout(20_000);

describe('a lock', () => {
  it('lets one work at a time, because two would read the same and write after one another', async () => {
    const thing = newThing();
    let inside = 0;
    let most = 0;
    const work = async (nth: number): Promise<number> => {
      inside += 1;
      most = Math.max(most, inside);
      await sleep(1);
      inside -= 1;
      return nth;
    };
    const done = [1, 2, 3, 4, 5, 6, 7, 8].map((nth) => withProcessLock(thing, () => work(nth), signal()));
    expect(await Promise.all(done)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(most).toBe(1);
  });

  it('is one for each thing, because others need not wait', async () => {
    const [one, other] = [newThing(), newThing()];
    const inner = () => withProcessLock(other, async () => 'both held', signal());
    expect(await withProcessLock(one, inner, signal())).toBe('both held');
  });

  it('is free again when the work fails, with the fault of the work', async () => {
    const thing = newThing();
    const failing = withProcessLock(thing, () => Promise.reject(new Error('of the work')), signal());
    await expect(failing).rejects.toThrow('of the work');
    expect(await withProcessLock(thing, async () => 'held', signal())).toBe('held');
  });

  it('is not waited for longer than the signal says, and the work is not begun then', async () => {
    const thing = newThing();
    let begun = false;
    const begin = async () => {
      begun = true;
    };
    const hold = () => withProcessLock(thing, begin, AbortSignal.timeout(50));
    await expect(withProcessLock(thing, hold, signal())).rejects.toThrow();
    await expect(withProcessLock(thing, begin, AbortSignal.abort())).rejects.toThrow();
    expect(begun).toBe(false);
  });
});

describe('a name', () => {
  it('names its holder, and is not held up by who asks', async () => {
    const name = socketName(newThing());
    const held = await takeName(name);
    expect(await takeName(name)).toBeNull();
    const asking = connect(name);
    await once(asking, 'connect');
    held?.close();
    // The kernel frees it a moment after the server was closed.
    const next = await vi.waitUntil(() => takeName(name));
    expect(await text(asking)).toBe(String(process.pid));
    next.close();
  });
});
