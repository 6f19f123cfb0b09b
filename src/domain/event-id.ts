import { createHash } from 'node:crypto';
import type { Connection } from './connection.ts';
import { type Json, sortedJson } from './json.ts';
import type { EventSource } from './source.ts';

/** Hex SHA-256 of the bytes. */
export const sha256Hex = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');

/**
 * The event's identity: tenant, source and the body's bytes, because the signed bytes are the only thing a
 * sender proves. Opaque; 160 bits of a SHA-256, so that the key stays short in every index.
 */
export const eventId = (tenant: string, source: EventSource, bodySha256: string): string =>
  `evt_${sha256Hex(`${tenant}\n${source}\n${bodySha256}`).slice(0, 40)}`;

/**
 * The identity of what came through a made connection: the same bytes from two of them are two events.
 * @param query the query string without `token`; '' for a kind that gives it no meaning
 */
export const connectionEventId = (
  { tenant_id, kind, connection_id }: Pick<Connection, 'tenant_id' | 'kind' | 'connection_id'>,
  bodySha256: string,
  query: string,
): string => eventId(tenant_id, kind, sha256Hex([bodySha256, connection_id, query].join('\n')));

/** The identity of a change of what is configured: the row, and the revision that it has since. */
export const adminEventId = (tenant: string, row: string, rev: number): string =>
  eventId(tenant, 'admin', sha256Hex(`${row}\n${rev}`));

/** What becomes of a delivery goes by this id: its event's digits, so that a duplicate has the same. */
export const executionId = (event_id: string): string => `exe_${event_id.slice('evt_'.length)}`;

/** Text of the form `executionId` makes. */
export const EXECUTION_OF_EVENT = /^exe_[0-9a-f]{40}$/;

/**
 * The identity of an issue that we read ourselves: tenant, issue, when, and what its fields said. Nobody signed its bytes,
 * and Jira may name the same fields in another order.
 * @param timestamp null for what cannot be taken: seen again, it is the same event
 */
export const observationId = (
  tenant: string,
  { issue_id, timestamp, said }: { issue_id: Json; timestamp: number | null; said: Json },
): string => eventId(tenant, 'reconcile', sha256Hex(sortedJson([issue_id, timestamp, said])));

/** True for text of the form `eventId` makes. */
export const isEventId = (text: string): boolean => /^evt_[0-9a-f]{40}$/.test(text);
