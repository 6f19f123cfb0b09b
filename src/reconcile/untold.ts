import * as z from 'zod/mini';
import { MINUTE_MS, parseInstant } from '../domain/instant.ts';
import type { Row } from '../jira/reads/reads.ts';
import { OBSERVED } from '../senders/jira/observation.ts';
import type { Item } from '../store/calls/table.ts';
import { toKnownIssue } from '../store/issues/snapshot-row.ts';
import { storedRows } from './behind.ts';
import type { Job } from './loop.ts';
import type { How } from './take-in.ts';

/** Of which changes a run judges whether a delivery brought them. Epoch milliseconds by Jira's clock. */
export const judging = z.object({
  /** Earlier changes were judged by earlier runs. */
  from_ms: z.number(),
  /** Later changes may still be delivered: the next run judges them. */
  before_ms: z.number(),
  /** When the first load began: no delivery was expected of earlier changes. */
  loaded_ms: z.number(),
  /** True while that load is in progress: new issues belong to it. */
  loading: z.boolean(),
});

type Judging = z.output<typeof judging>;

/**
 * How many of these issues changed in the time that is judged, and how many of those are up to date in the table only
 * because of an observation: no delivery brought the change.
 */
export const countUntold = async (
  { session, checkpoint }: Pick<Job<unknown>, 'session' | 'checkpoint'>,
  rows: readonly Row[],
  { from_ms, before_ms }: Judging,
): Promise<{ judged: number; missed: number }> => {
  const within = rows.filter(({ updated_ms: at }) => at !== null && at >= from_ms && at < before_ms);
  let missed = 0;
  for await (const stored of storedRows(session.deps, within))
    missed += stored.filter(([row, item]) => isUntold(row, item, checkpoint().began_ms)).length;
  return { judged: within.length, missed };
};

/**
 * Whether an observation brought this change, and no delivery: a delivery would have won, or have been stored first. If
 * `updated` moved after the look and nothing else did, it was e.g. a comment, which has deliveries of its own. Looks of
 * this run are judged separately, when they are taken.
 */
const isUntold = ({ updated_ms }: Row, item: Item | null, began_ms: number): boolean => {
  const fields = item && toKnownIssue(item).fields;
  if (fields?.last_event.event_type !== OBSERVED || updated_ms === null) return false;
  const looked_ms = parseInstant(fields.last_event.received_at) ?? updated_ms;
  const isAsLooked = fields.version.updated_ms === updated_ms && updated_ms <= looked_ms + SKEW_MS;
  return isAsLooked && looked_ms < began_ms;
};

/** Jira's clock stamps `updated`, ours stamps the look, and the two differ a little. */
const SKEW_MS = MINUTE_MS;

const LATE = { judged: 1, missed: 1 };

/**
 * Returns the counters of a missed change that is found when an issue is read. An issue that is not among these rows is
 * one that an earlier run found changed but could not read.
 */
export const missedOf = (
  rows: readonly Row[],
  { from_ms, before_ms, loaded_ms, loading }: Judging,
): NonNullable<How['missed']> => {
  const updated = new Map(rows.map(({ id, updated_ms }) => [id, updated_ms]));
  return ({ kind, issue_id }) => {
    const at = updated.get(issue_id);
    if (kind === 'new' && loading) return {};
    if (at === undefined) return LATE;
    if (at === null || at < loaded_ms || at >= before_ms) return {};
    if (at >= from_ms) return { missed: 1 };
    // Jira's index was late. A new issue, though, may be of a project that became visible only now.
    return kind === 'new' ? {} : LATE;
  };
};
