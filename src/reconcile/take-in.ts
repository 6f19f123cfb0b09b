import { UnavailableError } from '../errors/errors.ts';
import type { Look } from '../jira/reads/reads.ts';
import { retry } from '../platform/retry.ts';
import type { Counters } from '../store/reconcile/checkpoint.ts';
import { putContradictions, removeContradiction } from '../store/reconcile/contradictions.ts';
import type { Job } from './loop.ts';
import type { Mend } from './observe/lost-events.ts';
import type { Seen } from './observe/settle.ts';
import type { Session } from './session.ts';

/** A loop that looks at issues, whatever its state is. */
export type Looking = Pick<Job<unknown>, 'session' | 'isAgain' | 'count' | 'tell'>;

/**
 * `mend`: whose lost events are put again. `loads`: what is new was not missed, because nobody told of it before.
 * `missed`: what a change counts that no delivery brought; without it always one. `once_more`: they were counted already.
 */
export type How = {
  mend?: readonly Mend[];
  loads?: boolean;
  missed?: (seen: Written) => Partial<Counters>;
  once_more?: boolean;
};

type Written = Seen & { kind: 'new' | 'repaired' };

/**
 * Takes looks in, and counts what became of them.
 * @returns ids of those that only a read by id decides
 */
export const takeIn = async (
  job: Looking,
  looks: readonly Look[],
  { mend = [], once_more = false, ...how }: How = {},
): Promise<string[]> => {
  if (looks.length === 0) return [];
  const seen = await observeOrRest(job, looks, mend);
  for (const one of seen)
    job.count({ ...becameOf(one, how), ...(once_more ? { seen: 0, unchanged: 0 } : {}) });
  await noteContradictions(job.session, seen);
  return seen.flatMap((one) => (one.kind === 'undecided' ? one.issue_id : []));
};

/** A table that is throttled needs a moment, not the end of the turn. */
const REST = { tries: 3, first_ms: 200, longest_ms: 2_000, by_chance: 0.5 };

/** What a try before may have left half done is mended. */
const observeOrRest = (job: Looking, looks: readonly Look[], mend: readonly Mend[]): Promise<Seen[]> => {
  let again = job.isAgain();
  return retry(
    async () => {
      const mends: readonly Mend[] = again ? [...mend, 'observations'] : mend;
      again = true;
      return job.session.deps.observe(looks, mends, await job.session.ranks());
    },
    REST,
    { mayHeal: (fault) => fault instanceof UnavailableError },
  );
};

/** What was not known could not differ, and what cannot be taken, or is old, cannot be compared. */
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

/** They are listed until a look agrees. */
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

/** A stale or undecided look says nothing about what is true now. */
export const AGREES: ReadonlySet<Seen['kind']> = new Set(['new', 'repaired', 'unchanged', 'raised']);
