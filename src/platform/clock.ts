/** Epoch milliseconds now; injected wherever time matters. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();

/** Milliseconds of a monotonic clock; only differences are meaningful. */
export const steadyClock: Clock = () => performance.now();

/** A point in time on both clocks. `wall` is shown and stored; elapsed time is computed from both. */
export type Moment = { wall: number; steady: number };

export const momentOf = (wall: Clock, steady: Clock = steadyClock): Moment => ({
  wall: wall(),
  steady: steady(),
});

/**
 * Milliseconds that passed, by the clock that shows more, because the steady clock may stop while Lambda freezes the
 * process; infinite if the wall clock was set back, which would extend the life of cached values by as much. So no
 * cached value outlives its limit by either clock; at worst it is refreshed once too often.
 */
export const passedBetween = (since: Moment, until: Moment): number =>
  until.wall < since.wall
    ? Number.POSITIVE_INFINITY
    : Math.max(until.steady - since.steady, until.wall - since.wall);

/** The most milliseconds that passed by either clock; never negative. */
export const longestBetween = (since: Moment, until: Moment): number =>
  Math.max(until.steady - since.steady, until.wall - since.wall, 0);
