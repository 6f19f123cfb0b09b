import type { Row } from '../jira/reads/reads.ts';
import { chunks } from '../platform/chunks.ts';
import { OBSERVED } from '../senders/jira/observation.ts';
import { snapshotKey } from '../store/calls/keys.ts';
import { readRowsOf } from '../store/calls/rows.ts';
import type { Item } from '../store/calls/table.ts';
import { toKnownIssue } from '../store/issues/snapshot-row.ts';
import type { Session } from './session.ts';

/** Epoch milliseconds by Jira's clock: from, and before. */
export type Changed = { from_ms: number; before_ms: number };

/** Rows in memory at a time. */
const TOGETHER = 500;

/**
 * How many of these issues changed in that time and are stored as they are only because we looked: no delivery has
 * told of the change. The time must be long enough ago for one to have come.
 */
export const countUntold = async (
  session: Session,
  rows: readonly Row[],
  { from_ms, before_ms }: Changed,
): Promise<number> => {
  const within = rows.filter(({ updated_ms: at }) => at !== null && at >= from_ms && at < before_ms);
  let untold = 0;
  for (const some of chunks(within, TOGETHER)) {
    const { tenant } = session.deps;
    const stored = await readRowsOf(session.place(), some, ({ id }) => snapshotKey(tenant, id));
    untold += stored.filter(([row, item]) => isUntold(row, item)).length;
  }
  return untold;
};

/** A delivery of this change would have won, or be the one that it was stored from. */
const isUntold = ({ updated_ms }: Row, item: Item | null): boolean => {
  const fields = item && toKnownIssue(item).fields;
  return fields?.last_event.event_type === OBSERVED && fields.version.updated_ms === updated_ms;
};
