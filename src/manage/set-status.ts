import type { ConnectionStatus } from '../domain/connection.ts';
import type { RouteHandler } from '../http/dispatch.ts';
import { statusForm } from './forms.ts';
import { type ManageDeps, ownConnection, saveChange } from './own-connection.ts';
import { readForm } from './read-form.ts';
import { answerRow } from './views.ts';

/** `POST /connections/{id}/activate`: from now on its deliveries are taken. */
export const activateConnection = (deps: ManageDeps): RouteHandler =>
  setStatus(deps, 'active', 'connection-activated');

/** `POST /connections/{id}/disable`: its deliveries are refused, with the reason. */
export const disableConnection = (deps: ManageDeps): RouteHandler =>
  setStatus(deps, 'disabled', 'connection-disabled');

const setStatus =
  (
    deps: ManageDeps,
    status: ConnectionStatus,
    what: 'connection-activated' | 'connection-disabled',
  ): RouteHandler =>
  async (request, connectionId, run) => {
    const { reason = null } = readForm(statusForm(request.tenant), request);
    const before = await ownConnection(deps, request, connectionId, run);
    const after = { ...before, status, status_reason: reason, status_ms: run.received_ms };
    return answerRow(await saveChange(deps, request, { before, after, what }, run));
  };
