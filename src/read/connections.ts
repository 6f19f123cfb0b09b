import { isConnectionId } from '../domain/connection.ts';
import { type ConnectionView, toConnectionView } from '../domain/connection-view.ts';
import type { RouteHandler } from '../http/dispatch.ts';
import { jsonResponse } from '../http/response.ts';
import { getConnection, listConnections } from '../store/connections/connection-row.ts';
import { notKnown } from './issues.ts';
import type { ReadDeps } from './listing.ts';

/** `GET /connections`: all connections of the tenant, in order of creation. */
export const getConnections =
  ({ table, tenant }: ReadDeps): RouteHandler =>
  async (_request, _argument, run) => {
    const connections: ConnectionView[] = [];
    for await (const rows of listConnections({ table, tenant, newSignal: () => run.signal }))
      connections.push(...rows.map(toConnectionView));
    return jsonResponse(200, { connections });
  };

/** `GET /connections/{id}`. */
export const getOneConnection =
  ({ table, tenant }: ReadDeps): RouteHandler =>
  async (_request, connectionId, run) => {
    const row = isConnectionId(connectionId)
      ? await getConnection({ table, signal: run.signal }, connectionId)
      : null;
    // The id does not contain the tenant: another tenant's connection is answered like an unknown one.
    if (row?.tenant_id !== tenant) return notKnown('No connection with this id is known.', run);
    return jsonResponse(200, toConnectionView(row));
  };
