import { UnavailableError } from '../errors/errors.ts';
import type { Look } from '../jira/reads/reads.ts';
import { retry } from '../platform/retry.ts';
import type { Counters } from '../store/reconcile/checkpoint.ts';
import { putContradictions, removeContradiction } from '../store/reconcile/contradictions.ts';
import type { Job } from './loop.ts';
import type { LostKind } from './observe/lost-events.ts';
import type { Seen } from './observe/settle.ts';
import type { Session } from './session.ts';

/** The job of a loop that reads issues, whatever its state is. */
export type Looking = Pick<Job<unknown>, 'session' | 'isAgain' | 'count' | 'tell'>;

/**
 * `restore`: which lost events are put again. `loads`: a new issue was not missed, because no delivery was expected of it.
 * `missed`: the counters of a change that no delivery brought; by default one `missed`. `once_more`: the issues were
 * counted already.
 */
export type How = {
  restore?: readonly LostKind[];
  loads?: boolean;
  missed?: (seen: Written) => Partial<Counters>;
  once_more?: boolean;
};

type Written = Seen & { kind: 'new' | 'repaired' };

/**
 * Stores looks and counts the results.
 * @returns ids of the issues that must be read by id to be decided
 */
export const takeIn = async (
  job: Looking,
  looks: readonly Look[],
  { restore = [], once_more = false, ...how }: How = {},
): Promise<string[]> => {
  if (looks.length === 0) return [];
  const seen = await observeOrRest(job, looks, restore);
  for (const one of seen)
    job.count({ ...becameOf(one, how), ...(once_more ? { seen: 0, unchanged: 0 } : {}) });
  await noteContradictions(job.session, seen);
  return seen.flatMap((one) => (one.kind === 'undecided' ? one.issue_id : []));
};

/** A throttled table needs a pause, not the end of the turn. */
const REST = { tries: 3, first_ms: 200, longest_ms: 2_000, by_chance: 0.5 };

/** A retry also puts the events that the failed try may have lost. */
const observeOrRest = (
  job: Looking,
  looks: readonly Look[],
  restore: readonly LostKind[],
): Promise<Seen[]> => {
  let again = job.isAgain();
  return retry(
    async () => {
      const kinds: readonly LostKind[] = again ? [...restore, 'observations'] : restore;
      again = true;
      return job.session.deps.observe(looks, kinds, await job.session.ranks());
    },
    REST,
    { mayHeal: (fault) => fault instanceof UnavailableError },
  );
};

/** The counters of one look. Only a known issue with a current, readable look counts as compared. */
const becameOf = (seen: Seen, how: How): Partial<Counters> => {
  switch (seen.kind) {
    case 'undecided':
      return {};
    case 'new':
      return { seen: 1, new: 1, ...missedBy(seen, how) };
    case 'repaired':
      return { seen: 1, repaired: 1, compared: 1, differed: seen.drift ? 1 : 0, ...missedBy(seen, how) };
    case 'quarantined':
      return { seen: 1, quarantined: 1 };
    case 'contradiction':
      return { seen: 1, contradictions: 1 };
    case 'stale':
      return { seen: 1, unchanged: 1 };
    default:
      return { seen: 1, unchanged: 1, compared: 1 };
  }
};

const missedBy = (seen: Written, { loads, missed = () => ({ missed: 1 }) }: How): Partial<Counters> =>
  seen.missed && !(loads && seen.kind === 'new') ? missed(seen) : {};

/** Contradictions are listed until a look agrees. */
const noteContradictions = async (session: Session, seen: readonly Seen[]): Promise<void> => {
  const listed = await session.contradictions();
  const ids = seen.flatMap(({ kind, issue_id }) => (kind === 'contradiction' && issue_id ? issue_id : []));
  const fresh = [...new Set(ids)].filter((id) => !listed.has(id));
  if (fresh.length > 0) await putContradictions(session.place(), fresh);
  for (const id of fresh) listed.add(id);
  for (const { kind, issue_id } of seen) {
    if (issue_id === null || !AGREES.has(kind) || !listed.has(issue_id)) continue;
    await removeContradiction(session.place(), issue_id);
    listed.delete(issue_id);
  }
};

/** Results that end a contradiction; a stale or undecided look says nothing about the current state. */
export const AGREES: ReadonlySet<Seen['kind']> = new Set(['new', 'repaired', 'unchanged', 'raised']);
