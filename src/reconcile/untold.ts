import * as z from 'zod/mini';
import { MINUTE_MS, parseInstant } from '../domain/instant.ts';
import type { Row } from '../jira/reads/reads.ts';
import { OBSERVED } from '../senders/jira/observation.ts';
import type { Item } from '../store/calls/table.ts';
import { toKnownIssue } from '../store/issues/snapshot-row.ts';
import { storedRows } from './behind.ts';
import type { Job } from './loop.ts';
import type { How } from './take-in.ts';

/** Which changes a run judges: whether a delivery has told of them. Epoch milliseconds by Jira's clock. */
export const judging = z.object({
  /** Earlier runs have judged what is before. */
  from_ms: z.number(),
  /** Deliveries of what is later may still come: the next run judges it. */
  before_ms: z.number(),
  /** When the first load began: of what is before nobody was to tell. */
  loaded_ms: z.number(),
  /** True while that load is under way: what is new belongs to it. */
  loading: z.boolean(),
});

type Judging = z.output<typeof judging>;

/**
 * How many of these issues changed in the time that is judged, and how many of those are stored as they are only because
 * we looked: no delivery has told of the change.
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
 * A delivery of this change would have won, or be the one that it was stored from. Where `updated` has moved since we
 * looked, nothing else had: a comment, which has deliveries of its own. The looks of this run are judged by themselves.
 */
const isUntold = ({ updated_ms }: Row, item: Item | null, began_ms: number): boolean => {
  const fields = item && toKnownIssue(item).fields;
  if (fields?.last_event.event_type !== OBSERVED || updated_ms === null) return false;
  const looked_ms = parseInstant(fields.last_event.received_at) ?? updated_ms;
  const isAsLooked = fields.version.updated_ms === updated_ms && updated_ms <= looked_ms + SKEW_MS;
  return isAsLooked && looked_ms < began_ms;
};

/** Jira's clock, which stamps `updated`, and ours, which stamps the look, are never quite the same. */
const SKEW_MS = MINUTE_MS;

const LATE = { judged: 1, missed: 1 };

/**
 * What a change counts that is found to be missed as an issue of these rows is read. Of others an earlier run has found
 * that they changed, and could not read them.
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
    // Jira's index was late; but what is new may be of a project that became visible only now.
    return kind === 'new' ? {} : LATE;
  };
};
