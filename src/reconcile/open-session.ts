import type { Reads } from '../jira/reads/reads.ts';
import { listContradictions } from '../store/reconcile/contradictions.ts';
import { renewLease, type TurnRow } from '../store/reconcile/lease.ts';
import { readRankFields } from './observe/rank-fields.ts';
import { LeaseLostError, placeOf, type Session, type TurnDeps, walkOf } from './session.ts';

/** A page of many bodies takes longer than a lease lasts; more often than this it need not be said. */
const RENEW_EVERY_MS = 30_000;

/** `heldUntil`: before when Jira wants to hear nothing; null for now. */
type Opened = { session: Session; lease: () => TurnRow; heldUntil: () => number | null };

/** `until_ms`: epoch milliseconds; null: as long as it takes. */
export const openSession = (
  deps: TurnDeps,
  taken: TurnRow,
  { until_ms, stop }: { until_ms: number | null; stop?: AbortSignal },
): Opened => {
  let lease = taken;
  let opening: Promise<Reads> | undefined;
  let listing: Promise<Set<string>> | undefined;
  let ranking: Promise<readonly string[]> | undefined;
  let reads: Reads | null = null;

  const open = async (): Promise<Reads> => {
    reads = await deps.openReads(until_ms);
    return reads;
  };

  const heldUntil = (): number | null => {
    const until = reads?.traffic().held_until ?? 0;
    return until > deps.clock() ? until : null;
  };

  const session: Session = {
    deps,
    place: () => placeOf(deps),
    by: lease.by,
    reads: () => {
      opening ??= open();
      return opening;
    },
    requests: () => reads?.traffic().requests ?? 0,
    ranks: () => {
      ranking ??= readRankFields(walkOf(deps)).catch((fault) => {
        ranking = undefined;
        throw fault;
      });
      return ranking;
    },
    contradictions: () => {
      listing ??= listContradictions(walkOf(deps)).then((ids) => new Set(ids));
      return listing;
    },
    isOver: () => stop?.aborted === true || (until_ms !== null && deps.clock() >= until_ms),
    renew: async () => {
      const now = deps.clock();
      if (now - lease.renewed_ms < RENEW_EVERY_MS) return;
      const renewed = await renewLease(placeOf(deps), lease, now);
      if (renewed === null) throw new LeaseLostError();
      lease = renewed;
    },
  };
  return { session, lease: () => lease, heldUntil };
};
