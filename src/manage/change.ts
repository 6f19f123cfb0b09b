import { secretHeader } from '../domain/connection.ts';
import { isCommitSource } from '../domain/source.ts';
import type { RouteHandler } from '../http/dispatch.ts';
import type { ConnectionRow } from '../store/connections/connection-row.ts';
import { type ChangeForm, changeForm, misplacedFields } from './forms.ts';
import { type ManageDeps, ownConnection, saveChange } from './own-connection.ts';
import { readForm, wrongFields } from './read-form.ts';
import { otherSite } from './refusal.ts';
import { answerRow } from './views.ts';

/** `PATCH /connections/{id}`: what is named is replaced, all else stays. */
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

/** @throws BadRequestError for what does nothing, or cannot be with what the connection is */
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
