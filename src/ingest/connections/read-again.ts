import type { Problem } from '../../domain/delivery.ts';
import { CONNECTION_KINDS, type ConnectionKind, type EventSource } from '../../domain/source.ts';
import type { TableCall } from '../../store/calls/table.ts';
import { getConnection } from '../../store/connections/connection-row.ts';
import { readSite } from '../../store/connections/tenants.ts';
import type { StoredEvent } from '../../store/events/event-row.ts';
import { type DeliveryRead, readDelivery } from '../read-delivery.ts';
import { OTHER_SITE, ofNoIssue, readThrough, saidBeside } from './read-through.ts';

type Read = { read: DeliveryRead; warnings: string[] | undefined };

/**
 * Reads a stored body again. A body that came through a connection is read by the connection's current settings, which
 * may allow more or less than they did then.
 * @throws UnavailableError, UnreadableRowError when the connection's row cannot be read
 */
export const readAgain = async (
  place: TableCall,
  event: StoredEvent,
  body: Uint8Array,
  nowMs: number,
): Promise<Read> => {
  const { connection_id, source } = event;
  if (connection_id === undefined || !isConnectionKind(source))
    return { read: readDelivery(event, body, nowMs), warnings: event.warnings };
  const row = await getConnection(place, connection_id);
  // An unsigned body may name no time after its receipt; measured against now, it could.
  const atMs = source === 'automation' ? event.received_ms : nowMs;
  if (row === null) return readWithout(place, event, source, body, atMs);
  const { read, warnings } = readThrough(row, saidBeside(event), body, atMs);
  return { read, warnings: warnings.length > 0 ? warnings : undefined };
};

const isConnectionKind = (source: EventSource): source is ConnectionKind =>
  CONNECTION_KINDS.some((kind) => kind === source);

/**
 * Reads a body whose connection no longer exists. What the connection decided at receipt stands; a quarantined body is
 * checked against its tenant's site.
 */
const readWithout = async (
  place: TableCall,
  event: StoredEvent,
  kind: ConnectionKind,
  body: Uint8Array,
  nowMs: number,
): Promise<Read> => {
  const { tenant, facts, problem, warnings } = event;
  if (problem && isOfRules(problem)) return { read: { kind: 'refused', problem }, warnings };
  const site_url = event.outcome === 'quarantined' ? await readSite({ ...place, tenant }) : null;
  const known = { site_url, site_hosts: [], project_keys: [] };
  const rules = { tenant_id: tenant, kind, ...known, default_event_type: facts?.event_type ?? null };
  const again = readThrough(rules, saidBeside(event), body, nowMs);
  const isApart = warnings?.includes(OTHER_SITE) === true;
  return again.read.kind === 'read' && isApart ? { read: ofNoIssue(again.read), warnings } : again;
};

/** True for a refusal by a connection's rules rather than by the body's form. */
const isOfRules = ({ type }: Problem): boolean =>
  type === 'project-not-allowed' || type === 'tenant-mismatch';
