import type { Row } from '../jira/reads/reads.ts';
import { chunks } from '../platform/chunks.ts';
import { snapshotKey } from '../store/calls/keys.ts';
import { readRowsOf } from '../store/calls/rows.ts';
import type { Item } from '../store/calls/table.ts';
import { rowVersion, toKnownIssue } from '../store/issues/snapshot-row.ts';
import { findLostEvents } from './observe/lost-events.ts';
import { placeOf, type Session, type TurnDeps } from './session.ts';

/** An issue, and its row if there is one. */
export type Stored = { id: string; row: Item | null };

/** Rows in memory at the same time. */
const TOGETHER = 500;

/**
 * Ids of the rows of a search whose issue is missing or older in the table.
 * @param again also issues whose event was lost when a runner crashed
 */
export const behind = async (session: Session, rows: readonly Row[], again: boolean): Promise<string[]> => {
  const ids: string[] = [];
  for await (const stored of storedRows(session.deps, rows)) {
    const lost = again
      ? await withoutEvent(
          session,
          stored.map(([{ id }, row]) => ({ id, row })),
        )
      : new Set();
    for (const [row, item] of stored) if (isBehind(row, item) || lost.has(row.id)) ids.push(row.id);
  }
  return ids;
};

/** The stored rows for the rows of a search, in chunks. */
export async function* storedRows(
  deps: TurnDeps,
  rows: readonly Row[],
): AsyncGenerator<[Row, Item | null][]> {
  for (const some of chunks(rows, TOGETHER))
    yield await readRowsOf(placeOf(deps), some, ({ id }) => snapshotKey(deps.tenant, id));
}

const isBehind = ({ updated_ms }: Row, item: Item | null): boolean => {
  const version = item && rowVersion(item);
  return version === null || updated_ms === null || version.updated_ms < updated_ms;
};

/** Ids of the issues whose row was written by an observation and whose event is missing. */
export const withoutEvent = async (
  session: Session,
  stored: readonly Stored[],
): Promise<ReadonlySet<string>> => {
  const known = stored.flatMap(({ id, row }) => (row === null ? [] : [{ id, issue: toKnownIssue(row) }]));
  const issues = known.map(({ issue }) => issue);
  const { clock, retention_days } = session.deps;
  const times = { now_ms: clock(), retention_days };
  const lost = await findLostEvents(session.place(), issues, ['observations'], times);
  const isLost = ({ issue: { fields } }: (typeof known)[number]): boolean =>
    fields !== null && lost.has(fields.last_event.event_id);
  return new Set(known.filter(isLost).map(({ id }) => id));
};
