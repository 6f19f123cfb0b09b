/** Epoch milliseconds now; injected wherever time matters. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();

/** Milliseconds of a monotonic clock; only differences mean anything. */
export const steadyClock: Clock = () => performance.now();

/** A point in time on both clocks. `wall` is what is shown and stored; how much time passed takes both. */
export type Moment = { wall: number; steady: number };

export const momentOf = (wall: Clock, steady: Clock = steadyClock): Moment => ({
  wall: wall(),
  steady: steady(),
});

/**
 * Milliseconds that passed, by the clock that says more; for ever when the wall clock was set back: what was kept by it
 * would be believed for as long as it was set back. The steady clock may stand still while Lambda has the process
 * frozen. So nothing is believed for longer than its limit by either; at worst it is looked at once too often.
 */
export const passedBetween = (since: Moment, until: Moment): number =>
  until.wall < since.wall
    ? Number.POSITIVE_INFINITY
    : Math.max(until.steady - since.steady, until.wall - since.wall);

/** Milliseconds that passed at most, as far as either clock knows; never less than none. */
export const longestBetween = (since: Moment, until: Moment): number =>
  Math.max(until.steady - since.steady, until.wall - since.wall, 0);
