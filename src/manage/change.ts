import { type ConnectionStatus, type SecretEncoding, secretHeader } from '../domain/connection.ts';
import { isRotating, rotated } from '../domain/rotation.ts';
import { isCommitSource } from '../domain/source.ts';
import type { RouteHandler } from '../http/dispatch.ts';
import { removeConnection } from '../store/connections/change-connection.ts';
import type { ConnectionRow } from '../store/connections/connection-row.ts';
import { type ChangeForm, changeForm, misplacedFields, rotateForm, statusForm } from './forms.ts';
import { mayIfMatch } from './if-match.ts';
import { makeSecret } from './make-secret.ts';
import { type ManageDeps, ownConnection, saveChange } from './own-connection.ts';
import { readForm, wrongFields } from './read-form.ts';
import { otherSite, rotationUnderWay, staleRevision } from './refusal.ts';
import { answerRow, answerWithSecret } from './views.ts';

/** `PATCH /connections/{id}`: replaces the fields that are named. */
export const patchConnection =
  (deps: ManageDeps): RouteHandler =>
  async (request, connectionId, run) => {
    const form = readForm(changeForm, request);
    const before = await ownConnection(deps, request, connectionId, run);
    const after = { ...before, ...changesOf(form, before) };
    const site = deps.siteOf(request.tenant);
    if (site !== null && after.site_url !== before.site_url && after.site_url !== site)
      throw otherSite(request.tenant);
    return answerRow(await saveChange(deps, request, { before, after, what: 'connection-changed' }, run));
  };

/** @throws BadRequestError if nothing is named, or a field does not apply to this connection */
const changesOf = (form: ChangeForm, before: ConnectionRow): Partial<ConnectionRow> => {
  const { tenant_id: _, kind: __, auth: ___, status: ____, secret: _____, ...named } = form;
  const changes = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
  if (Object.keys(changes).length === 0)
    throw wrongFields([{ path: '', message: 'must name what to change' }]);
  const wrong = misplacedFields(form, before);
  if (form.site_url === null && !isCommitSource(before.kind))
    wrong.push({ path: 'site_url', message: 'must stay: a connection of this kind has a Jira site' });
  if (wrong.length > 0) throw wrongFields(wrong);
  if (form.header_name === null && before.auth === 'header')
    return { ...changes, header_name: secretHeader({ ...before, header_name: null }) };
  return changes;
};

/** `POST /connections/{id}/rotate`: makes a new version of the secret. The old one verifies for `grace_hours` more. */
export const rotateConnection =
  (deps: ManageDeps): RouteHandler =>
  async (request, connectionId, run) => {
    const form = readForm(rotateForm(request.tenant), request);
    const before = await ownConnection(deps, request, connectionId, run);
    const misplaced = misplacedFields(form, before);
    if (misplaced.length > 0) throw wrongFields(misplaced);
    if (!form.force && isRotating(before, run.received_ms))
      throw rotationUnderWay(before.previous_until_ms, 'sender');
    const asked = { imported: form.imported, encoding: form.secret_encoding ?? encodingOf(before) };
    const { credential, shown } = await makeSecret(deps.masters, before, before.current.version + 1, asked);
    const after = { ...rotated(before, credential, run.received_ms, form.grace_hours), last_used_ms: null };
    const row = await saveChange(deps, request, { before, after, what: 'connection-rotated' }, run);
    return answerWithSecret(200, row, shown, deps.baseUrl(request));
  };

/** A rotation keeps the encoding, because the sender may need base64. */
const encodingOf = ({ current }: ConnectionRow): SecretEncoding =>
  current.from === 'digest' ? 'text' : current.encoding;

/** `POST /connections/{id}/activate`: takes deliveries from now on. */
export const activateConnection = (deps: ManageDeps): RouteHandler =>
  setStatus(deps, 'active', 'connection-activated');

/** `POST /connections/{id}/disable`: refuses deliveries, with the reason. */
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

/** `DELETE /connections/{id}`: keeps its events; its URL is then answered 404. `If-Match` is optional. */
export const deleteConnection =
  (deps: ManageDeps): RouteHandler =>
  async (request, connectionId, run) => {
    const before = await ownConnection(deps, request, connectionId, run, mayIfMatch);
    const audit = { who: deps.whoOf(request), what: 'connection-removed' as const };
    const done = await removeConnection({ table: deps.table }, before, audit, run);
    if (done === 'stale-revision') throw staleRevision('connection');
    return { statusCode: 204, headers: { 'cache-control': 'no-store' } };
  };
