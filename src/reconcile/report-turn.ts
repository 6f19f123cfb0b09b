import { toPhoenixIso } from '../domain/instant.ts';
import type { Count } from '../platform/metrics.ts';
import type { LoopReport } from './loop.ts';
import type { TurnDeps } from './session.ts';
import type { TurnReport } from './turn.ts';

/**
 * One line of each turn; one that failed asks for a person, who is told what to do.
 * @param wasSaid the turn before has asked for the same
 */
export const logTurn = (
  { log, clock }: Pick<TurnDeps, 'log' | 'clock'>,
  report: TurnReport,
  wasSaid: boolean,
): void => {
  const generated_at = toPhoenixIso(clock());
  const { outcome } = report;
  const loops = Object.fromEntries(
    report.loops.map(({ name, complete, turn }) => [name, { complete, ...turn }]),
  );
  if (outcome === 'failed' && !wasSaid)
    log.error({ alarm: 'reconcile-failed', generated_at, reason: report.fault, loops }, 'reconciliation');
  else log.info({ outcome, generated_at, loops }, 'reconciliation');
};

/** A run may take many turns: each counts what it added itself, and the one that completes the run judges it. */
export const countTurn = (loops: readonly LoopReport[], count: Count): void => {
  const add = (name: Parameters<Count>[0], sum: number): void => {
    if (sum > 0) count(name, sum);
  };
  for (const { name, complete, turn, counters } of loops) {
    add('IssuesObserved', turn.new + turn.repaired);
    add('ChangesMissed', turn.missed);
    add('DriftFound', turn.differed);
    if (name !== 'updates' || !complete) continue;
    count('UpdatesComplete');
    if (counters.missed >= MOST_MISSED && counters.missed * 2 > counters.judged) count('WebhooksMissing');
  }
};

/** Fewer may be an outage of some minutes. */
const MOST_MISSED = 20;
