import { isConnectionId } from '../domain/connection.ts';
import type { HttpRequest, Run } from '../http/request.ts';
import type { Table } from '../store/calls/table.ts';
import { changeConnection } from '../store/connections/change-connection.ts';
import { type ConnectionRow, getConnection } from '../store/connections/connection-row.ts';
import type { MasterSource } from '../verify/master-cache.ts';
import { readIfMatch } from './if-match.ts';
import { notKnown, otherSite, staleRevision } from './refusal.ts';

/** Dependencies of every change. */
export type ManageDeps = {
  table: Table;
  masters: MasterSource;
  /** The Jira site that the environment sets for a tenant; null if none. */
  siteOf(tenant: string): string | null;
  /** The base URL at which senders reach this deployment, without a trailing slash. */
  baseUrl(request: HttpRequest): string;
  /** The caller: an ARN, or `local`. */
  whoOf(request: HttpRequest): string;
};

/**
 * Reads the connection to change, and checks that its revision is the one the caller has seen.
 * @param readRevision reads the caller's revision; null skips the check
 * @throws Refusal if it is unknown or another tenant's, or the revision is stale
 */
export const ownConnection = async (
  { table }: ManageDeps,
  request: HttpRequest,
  connectionId: string,
  { signal }: Run,
  readRevision: (request: HttpRequest) => number | null = readIfMatch,
): Promise<ConnectionRow> => {
  const rev = readRevision(request);
  const row = isConnectionId(connectionId) ? await getConnection({ table, signal }, connectionId) : null;
  if (row === null || row.tenant_id !== request.tenant) throw notKnown('connection');
  if (rev !== null && row.rev !== rev) throw staleRevision('connection');
  return row;
};

type What = Parameters<typeof changeConnection>[3]['what'];

/** Writes the change and returns the new row. @throws Refusal, UnavailableError */
export const saveChange = async (
  { table, whoOf }: ManageDeps,
  request: HttpRequest,
  { before, after, what }: { before: ConnectionRow; after: ConnectionRow; what: What },
  run: Run,
): Promise<ConnectionRow> => {
  const who = whoOf(request);
  const changed = { ...after, updated_ms: run.received_ms, updated_by: who };
  const done = await changeConnection({ table }, before, changed, { who, what }, run);
  if (done === 'stale-revision') throw staleRevision('connection');
  if (done === 'other-site') throw otherSite(request.tenant);
  return { ...changed, rev: before.rev + 1 };
};
