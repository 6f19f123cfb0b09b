import type { Clock } from '../../../src/platform/clock.ts';

/** A clock that runs as the system's does, and can be set forward or back (milliseconds). */
export type MovableClock = Clock & { move(ms: number): void };

export const movableClock = (): MovableClock => {
  let offset = 0;
  const clock = () => Date.now() + offset;
  return Object.assign(clock, {
    move: (ms: number) => {
      offset += ms;
    },
  });
};
