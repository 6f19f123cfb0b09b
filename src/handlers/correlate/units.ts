import { TTL_ATTRIBUTE } from '../../contract/table.ts';
import { isExpired } from '../../store/event-row.ts';
import { eventKey } from '../../store/keys.ts';
import { readRowsOf } from '../../store/read-items.ts';
import type { Item } from '../../store/table-client.ts';
import type { BatchDeps } from './batch-deps.ts';
import type { Scope } from './scope.ts';
import type { Work } from './unpack-event.ts';
import { plainIssue, unpackRow } from './unpack-row.ts';

/** An event whose processing is to be written down. */
type Due = { event_id: string; expires_at: number };

/**
 * What is tried, fails and is parked together: one issue with all its events, or one event by itself. What that
 * one asks for is read when its turn comes: some deliveries are large, and some bodies lie in the artifact store.
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

/** Quarantined events wait for replay: they are pending once they are released. */
const isDue = (row: Item, nowMs: number): boolean => !isExpired(row, nowMs) && row.outcome !== 'quarantined';

const readUnits = async (deps: BatchDeps, scope: Scope, eventIds: string[]): Promise<Unit[]> => {
  const rows = await readRowsOf(scope.table, eventIds, eventKey, scope.signal);
  return rows.flatMap(([event_id, row]) => {
    if (!row || !isDue(row, deps.clock())) return [];
    return [unitOf(deps, { event_id, expires_at: Number(row[TTL_ATTRIBUTE]) }, row)];
  });
};

/** Events of the same issue are looked at together, and once. */
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

/**
 * What a batch of events asks for, as the table tells now. Events that are gone ask for nothing.
 * @throws UnavailableError
 */
export const readWork = async (deps: BatchDeps, scope: Scope, eventIds: string[]): Promise<Unit[]> =>
  byIssue(await readUnits(deps, scope, [...new Set(eventIds)]));
