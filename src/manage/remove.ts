import type { RouteHandler } from '../http/dispatch.ts';
import { removeConnection } from '../store/connections/change-connection.ts';
import { mayIfMatch } from './if-match.ts';
import { type ManageDeps, ownConnection } from './own-connection.ts';
import { staleRevision } from './refusal.ts';

/** `DELETE /connections/{id}`: its events stay, and its URL becomes as unknown as any. Of whatever revision, unless one is named. */
export const deleteConnection =
  (deps: ManageDeps): RouteHandler =>
  async (request, connectionId, run) => {
    const before = await ownConnection(deps, request, connectionId, run, mayIfMatch);
    const audit = { who: deps.whoOf(request), what: 'connection-removed' as const };
    const done = await removeConnection({ table: deps.table }, before, audit, run);
    if (done === 'stale-revision') throw staleRevision('connection');
    return { statusCode: 204, headers: { 'cache-control': 'no-store' } };
  };
