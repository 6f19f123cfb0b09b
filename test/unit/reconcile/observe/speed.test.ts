import { setImmediate as moment } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createSpeed, type Speed } from '../../../../src/reconcile/observe/speed.ts';

const MANY = 100;

/** How many of many works are under way at once. */
const atOnce = async (speed: Speed): Promise<number> => {
  let underWay = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const works = Array.from({ length: MANY }, () =>
    speed.run(() => {
      underWay += 1;
      return promise;
    }),
  );
  await moment();
  const seen = underWay;
  resolve();
  await Promise.all(works);
  return seen;
};

const start = () => {
  const time = { now: Date.UTC(2026, 2, 10) };
  return { time, speed: createSpeed(() => time.now) };
};

describe('the speed of writing', () => {
  it('is halved by each throttled write, down to one issue at a time, because it must go on', async () => {
    const { time, speed } = start();
    const seen = [await atOnce(speed)];
    for (let throttled = 0; throttled < 7; throttled++) {
      time.now += 1_000;
      speed.halve();
      seen.push(await atOnce(speed));
    }
    expect(seen).toEqual([32, 16, 8, 4, 2, 1, 1, 1]);
  });

  it('is halved once by writes that are throttled together, because they have one reason', async () => {
    const { time, speed } = start();
    for (let throttled = 0; throttled < 32; throttled++) {
      time.now += 10;
      speed.halve();
    }
    expect(await atOnce(speed)).toBe(16);
  });

  it('is doubled after each minute without a throttled write, but not beyond what it was', async () => {
    const { time, speed } = start();
    speed.halve();
    time.now += 1_000;
    speed.halve();
    time.now += 59_999;
    const seen = [await atOnce(speed)];
    for (const ms of [1, 60_000, 60_000]) {
      time.now += ms;
      seen.push(await atOnce(speed));
    }
    expect(seen).toEqual([8, 16, 32, 32]);
  });
});
