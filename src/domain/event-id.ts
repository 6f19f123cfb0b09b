import { createHash } from 'node:crypto';
import type { Connection } from './connection.ts';
import { type Json, sortedJson } from './json.ts';
import type { EventSource } from './source.ts';

/** Hex SHA-256 of the bytes. */
export const sha256Hex = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');

/**
 * The event's identity: tenant, source and the body's bytes, because a signature covers only the bytes. Opaque;
 * 160 bits of a SHA-256, so that the key stays short in every index.
 */
export const eventId = (tenant: string, source: EventSource, bodySha256: string): string =>
  `evt_${sha256Hex(`${tenant}\n${source}\n${bodySha256}`).slice(0, 40)}`;

/**
 * The identity of an event that came through a connection with a row: the same bytes through two connections are two
 * events.
 * @param query the query string without `token`; '' for a kind that does not use it
 */
export const connectionEventId = (
  { tenant_id, kind, connection_id }: Pick<Connection, 'tenant_id' | 'kind' | 'connection_id'>,
  bodySha256: string,
  query: string,
): string => eventId(tenant_id, kind, sha256Hex([bodySha256, connection_id, query].join('\n')));

/** The identity of an audit event: the changed row, and its revision after the change. */
export const adminEventId = (tenant: string, row: string, rev: number): string =>
  eventId(tenant, 'admin', sha256Hex(`${row}\n${rev}`));

/** The id in a 202, for all executions of the event: made of the event's digits, so a duplicate returns the same. */
export const executionId = (event_id: string): string => `exe_${event_id.slice('evt_'.length)}`;

/** Text of the form that `executionId` returns. */
export const EXECUTION_OF_EVENT = /^exe_[0-9a-f]{40}$/;

/**
 * The identity of an observation: tenant, issue, time of the read, and the fields. Not the bytes: Jira may return the
 * same fields in another order.
 * @param timestamp null for a body that cannot be taken: reading it again yields the same event
 */
export const observationId = (
  tenant: string,
  { issue_id, timestamp, said }: { issue_id: Json; timestamp: number | null; said: Json },
): string => eventId(tenant, 'reconcile', sha256Hex(sortedJson([issue_id, timestamp, said])));

/** True for text of the form that `eventId` returns. */
export const isEventId = (text: string): boolean => /^evt_[0-9a-f]{40}$/.test(text);
