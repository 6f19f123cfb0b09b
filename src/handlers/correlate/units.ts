import { TTL_ATTRIBUTE } from '../../contract/table.ts';
import { UnavailableError } from '../../errors/errors.ts';
import { decodeEvent, isExpired } from '../../store/event-row.ts';
import { eventKey } from '../../store/keys.ts';
import { readRows } from '../../store/read-items.ts';
import type { Item } from '../../store/table-client.ts';
import type { Hint } from '../../stream/read-hint.ts';
import type { BatchDeps } from './batch-deps.ts';
import type { News } from './evaluate-refs.ts';
import type { Scope } from './scope.ts';
import { UnreadableEventError, unpackEvent, type Work } from './unpack-event.ts';

/** An event whose processing is to be written down. */
export type Due = { event_id: string; expires_at: number };

/** What is tried, fails and is parked together: one issue with all its events, or one event with its commits. */
export type Unit = { events: Due[] } & (
  | { kind: 'issue'; issue_id: string; keys: Set<string> }
  | { kind: 'commits'; news: News[] }
  | { kind: 'nothing' }
  | { kind: 'unreadable'; reason: string }
);

const readRaw = async (deps: BatchDeps, scope: Scope, eventId: string, raw: Uint8Array | null) => {
  const bytes = raw ?? (await deps.rawBodies.get(eventId, scope.signal));
  if (bytes === null) throw new UnreadableEventError('its raw body is missing in the artifact store');
  return bytes;
};

const workOf = async (deps: BatchDeps, scope: Scope, row: Item): Promise<Work> => {
  const { event, raw } = decodeEvent(row);
  if (event.outcome === 'quarantined') return { kind: 'nothing' };
  return unpackEvent(event, () => readRaw(deps, scope, event.event_id, raw), deps.clock());
};

/** A body that cannot be unpacked will not be unpacked the next time: no other try, and no other issue waits. */
const unitOf = async (deps: BatchDeps, scope: Scope, due: Due, row: Item): Promise<Unit> => {
  try {
    const work = await workOf(deps, scope, row);
    return work.kind === 'issue'
      ? { ...work, keys: new Set(work.keys), events: [due] }
      : { ...work, events: [due] };
  } catch (fault) {
    if (fault instanceof UnavailableError) throw fault;
    const reason = fault instanceof UnreadableEventError ? fault.message : 'the stored event cannot be read';
    return { kind: 'unreadable', reason, events: [due] };
  }
};

const readUnits = async (deps: BatchDeps, scope: Scope, eventIds: string[]): Promise<Unit[]> => {
  const rows = await readRows(scope.table, eventIds.map(eventKey), scope.signal);
  const units: Unit[] = [];
  for (const [index, event_id] of eventIds.entries()) {
    const row = rows[index];
    if (!row || isExpired(row, deps.clock())) continue;
    units.push(await unitOf(deps, scope, { event_id, expires_at: Number(row[TTL_ATTRIBUTE]) }, row));
  }
  return units;
};

/** Hints and events of the same issue are looked at together, and once. */
const byIssue = (units: Unit[], issueIds: string[]): Unit[] => {
  const issues = new Map<string, Unit & { kind: 'issue' }>();
  const at = (issue_id: string) => {
    const unit = issues.get(issue_id) ?? { kind: 'issue', issue_id, keys: new Set(), events: [] };
    issues.set(issue_id, unit);
    return unit;
  };
  for (const id of issueIds) at(id);
  for (const unit of units) {
    if (unit.kind !== 'issue') continue;
    at(unit.issue_id).events.push(...unit.events);
    for (const key of unit.keys) at(unit.issue_id).keys.add(key);
  }
  return [...units.filter(({ kind }) => kind !== 'issue'), ...issues.values()];
};

/**
 * What a batch of hints asks for, as the table tells now. Events that are gone ask for nothing.
 * @throws UnavailableError
 */
export const readWork = async (deps: BatchDeps, scope: Scope, hints: Hint[]): Promise<Unit[]> => {
  const eventIds = new Set(hints.flatMap((hint) => (hint.kind === 'event' ? [hint.event_id] : [])));
  const issueIds = hints.flatMap((hint) => (hint.kind === 'issue' ? [hint.issue_id] : []));
  return byIssue(await readUnits(deps, scope, [...eventIds]), issueIds);
};
