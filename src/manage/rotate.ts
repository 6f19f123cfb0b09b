import type { SecretEncoding } from '../domain/connection.ts';
import { isRotating, rotated } from '../domain/rotation.ts';
import type { RouteHandler } from '../http/dispatch.ts';
import type { ConnectionRow } from '../store/connections/connection-row.ts';
import { misplacedFields, rotateForm } from './forms.ts';
import { makeSecret } from './make-secret.ts';
import { type ManageDeps, ownConnection, saveChange } from './own-connection.ts';
import { readForm, wrongFields } from './read-form.ts';
import { rotationUnderWay } from './refusal.ts';
import { answerWithSecret } from './views.ts';

/** `POST /connections/{id}/rotate`: a new version of the secret. The one until now verifies for `grace_hours` more. */
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

/** Senders that take base64 go on taking it. */
const encodingOf = ({ current }: ConnectionRow): SecretEncoding =>
  current.from === 'digest' ? 'text' : current.encoding;
