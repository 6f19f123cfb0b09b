import { TTL_ATTRIBUTE } from '../../contract/table.ts';
import { eventKey } from '../../store/calls/keys.ts';
import { readRowsOf } from '../../store/calls/rows.ts';
import type { Item } from '../../store/calls/table.ts';
import { isExpired, tenantOfRow } from '../../store/events/event-row.ts';
import type { BatchDeps } from './scope.ts';
import type { Work } from './unpack-event.ts';
import { plainIssue, unpackRow } from './unpack-event.ts';

/** An event whose status is to be written. */
type Due = { event_id: string; expires_at: number };

/**
 * What is tried, fails and is parked together: one issue with all its events, or one event by itself. Such an event is
 * unpacked only when its unit runs: some deliveries are large, and some bodies are in the artifact store.
 */
export type Unit = { events: Due[] } & (
  | { kind: 'issue'; issue_id: string; keys: Set<string> }
  | { kind: 'event'; unpack: (signal: AbortSignal) => Promise<Work> }
);

const unitOf = (deps: BatchDeps, due: Due, row: Item): Unit => {
  const issue = plainIssue(row);
  if (issue === null) return { kind: 'event', unpack: unpackRow(deps, row), events: [due] };
  return { kind: 'issue', issue_id: issue.issue_id, keys: new Set(issue.keys), events: [due] };
};

/**
 * False for expired events, for quarantined ones, which wait for a replay and are pending once released, and for audit
 * events, which concern no issue and no commit.
 */
const isDue = (row: Item, nowMs: number): boolean =>
  !isExpired(row, nowMs) && row.outcome !== 'quarantined' && row.source !== 'admin';

type Found = [event_id: string, row: Item];

/**
 * The events of a batch that exist and are to be processed, by tenant. A row that names no tenant counts as one of
 * `tenant`, and is parked with its events.
 */
export const readDue = async (
  { table, tenant, clock }: Pick<BatchDeps, 'table' | 'tenant' | 'clock'>,
  eventIds: string[],
  signal: AbortSignal,
): Promise<Map<string, Found[]>> => {
  const rows = await readRowsOf({ table, signal }, [...new Set(eventIds)], eventKey);
  const due = rows.flatMap(([id, row]): Found[] => (row && isDue(row, clock()) ? [[id, row]] : []));
  return Map.groupBy(due, ([, row]) => tenantOfRow(row) ?? tenant);
};

/** Joins all events of an issue into one unit. */
const byIssue = (units: Unit[]): Unit[] => {
  const issues = new Map<string, Unit & { kind: 'issue' }>();
  for (const unit of units) {
    if (unit.kind !== 'issue') continue;
    const before = issues.get(unit.issue_id);
    issues.set(unit.issue_id, {
      ...unit,
      keys: new Set([...(before?.keys ?? []), ...unit.keys]),
      events: [...(before?.events ?? []), ...unit.events],
    });
  }
  return [...units.filter(({ kind }) => kind !== 'issue'), ...issues.values()];
};

/** The units of these events. */
export const unitsOf = (deps: BatchDeps, found: Found[]): Unit[] =>
  byIssue(
    found.map(([event_id, row]) => unitOf(deps, { event_id, expires_at: Number(row[TTL_ATTRIBUTE]) }, row)),
  );
