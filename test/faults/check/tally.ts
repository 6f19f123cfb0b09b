/**
 * What one run came to, or many of them together. `hits`: how often the fault struck; a row that it never strikes
 * shows nothing. `uncorrelated`: snapshots that correlation does not know of, because their event was never written: no
 * fault, but counted. `recovery_ms`: the longest.
 */
export type Tally = {
  hits: number;
  sent: number;
  acknowledged: number;
  lost: number;
  doubled: number;
  wrong_snapshots: number;
  wrong_outcomes: number;
  wrong_correlations: number;
  uncorrelated: number;
  recovery_ms: number;
};

export const NOTHING: Tally = {
  hits: 0,
  sent: 0,
  acknowledged: 0,
  lost: 0,
  doubled: 0,
  wrong_snapshots: 0,
  wrong_outcomes: 0,
  wrong_correlations: 0,
  uncorrelated: 0,
  recovery_ms: 0,
};

export const addTally = (sum: Tally, one: Tally): Tally => ({
  hits: sum.hits + one.hits,
  sent: sum.sent + one.sent,
  acknowledged: sum.acknowledged + one.acknowledged,
  lost: sum.lost + one.lost,
  doubled: sum.doubled + one.doubled,
  wrong_snapshots: sum.wrong_snapshots + one.wrong_snapshots,
  wrong_outcomes: sum.wrong_outcomes + one.wrong_outcomes,
  wrong_correlations: sum.wrong_correlations + one.wrong_correlations,
  uncorrelated: sum.uncorrelated + one.uncorrelated,
  recovery_ms: Math.max(sum.recovery_ms, one.recovery_ms),
});

/** How much is wrong; the goal is nothing. */
export const faultsIn = (tally: Tally): number =>
  tally.lost + tally.doubled + tally.wrong_snapshots + tally.wrong_outcomes + tally.wrong_correlations;
