import { setTimeout as sleep } from 'node:timers/promises';
import { TURN_MINUTES } from '../../contract/functions.ts';
import { MINUTE_MS } from '../../domain/instant.ts';
import { askedLoop } from '../../reconcile/asked.ts';
import type { Loop, LoopReport } from '../../reconcile/loop.ts';
import type { TurnDeps } from '../../reconcile/session.ts';
import { runTurn, type TurnReport } from '../../reconcile/turn.ts';
import { updatesLoop } from '../../reconcile/updates.ts';
import { addCounters } from '../../store/reconcile/checkpoint.ts';

/** Results of all turns, one per loop. `stopped`: the caller aborted. `until_ms`: when Jira may be asked again. */
type TurnsReport = {
  outcome: 'done' | 'stopped' | 'failed' | 'lost' | 'waiting';
  fault: string | null;
  until_ms: number | null;
  loops: LoopReport[];
};

type How = {
  stop: AbortSignal;
  /** Called once for each turn that has to wait for another runner's lease. */
  onHeld(untilMs: number): void;
};

/** Short loops that run, if due, between the turns of a long first load, so that it does not hold them up. */
const BETWEEN: readonly Loop[] = [updatesLoop, askedLoop];

/**
 * Runs these loops to their end, due or not, in turns as long as those of the schedule. Between two turns another
 * runner may take the lease; it continues the same runs.
 */
export const runTurns = async (
  deps: TurnDeps,
  wanted: readonly Loop[],
  { stop, onHeld }: How,
): Promise<TurnsReport> => {
  const begun = new Map<string, LoopReport>();
  const report = (outcome: TurnsReport['outcome'], more: Partial<TurnsReport> = {}): TurnsReport => ({
    ...{ outcome, fault: null, until_ms: null, ...more },
    loops: wanted.flatMap(({ name }) => begun.get(name) ?? []),
  });
  for (;;) {
    const { turn, isOver } = await waitForTurn(deps, loopsOf(wanted, begun), { stop, onHeld });
    if ('until_ms' in turn)
      return stop.aborted ? report('stopped') : report('waiting', { until_ms: turn.until_ms });
    for (const one of turn.loops) begun.set(one.name, together(begun.get(one.name), one));
    if (turn.outcome !== 'done') return report(turn.outcome, { fault: turn.fault });
    if (stop.aborted) return report('stopped');
    if (!isOver && !hasMore(turn.loops)) return report('done');
  }
};

/** A loop is forced only once. Then it continues only if due: another runner may have completed its run meanwhile. */
const loopsOf = (wanted: readonly Loop[], begun: ReadonlyMap<string, unknown>): Loop[] => {
  const between = begun.size === 0 ? [] : BETWEEN;
  return [...new Set([...between, ...wanted])].map((loop) =>
    wanted.includes(loop) && !begun.has(loop.name) ? atOnce(loop) : loop,
  );
};

const atOnce = ({ name, turn }: Loop): Loop => ({ name, turn: (session) => turn(session, true) });

const together = (before: LoopReport | undefined, now: LoopReport): LoopReport =>
  before === undefined ? now : { ...now, turn: addCounters(before.turn, now.turn) };

/** True if another round is needed: once the first load is complete, the updates loop can run. */
const hasMore = (loops: readonly LoopReport[]): boolean =>
  loops.some(({ complete }) => complete) && loops.some(({ complete }) => !complete);

const TURN_MS = TURN_MINUTES * MINUTE_MS;

const LOOK_EVERY_MS = 2_000;

/** The longest pause of Jira that is waited for; a longer one ends the command. */
const LONGEST_WAIT_MS = MINUTE_MS;

/** Runs a turn, after waiting for another runner, whose turn ends within minutes, or for a short pause of Jira. */
const waitForTurn = async (
  deps: TurnDeps,
  loops: readonly Loop[],
  { stop, onHeld }: How,
): Promise<{ turn: TurnReport; isOver: boolean }> => {
  for (let told = false; ; ) {
    const until_ms = deps.clock() + TURN_MS;
    const turn = await runTurn(deps, { loops, until_ms, stop });
    const isOver = deps.clock() >= until_ms;
    if (!('until_ms' in turn) || stop.aborted) return { turn, isOver };
    const left = turn.until_ms - deps.clock();
    if (turn.outcome === 'waiting' && left > LONGEST_WAIT_MS) return { turn, isOver };
    if (turn.outcome === 'held' && !told) onHeld(turn.until_ms);
    told ||= turn.outcome === 'held';
    const wait = turn.outcome === 'held' ? LOOK_EVERY_MS : Math.max(0, left);
    await sleep(wait, undefined, { signal: stop }).catch(() => {});
  }
};
