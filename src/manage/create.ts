import { type Connection, newConnectionId, secretHeader } from '../domain/connection.ts';
import { isCommitSource } from '../domain/source.ts';
import type { RouteHandler } from '../http/dispatch.ts';
import type { HttpRequest, Run } from '../http/request.ts';
import { createConnection } from '../store/connections/change-connection.ts';
import { readSite } from '../store/connections/tenants.ts';
import { misplacedFields, type NewConnectionForm, newConnectionForm, usualAuth } from './forms.ts';
import { makeSecret } from './make-secret.ts';
import type { ManageDeps } from './own-connection.ts';
import { readForm, wrongFields } from './read-form.ts';
import { otherSite } from './refusal.ts';
import { answerWithSecret } from './views.ts';

/**
 * `POST /connections`. If the answer is lost but the connection was made, it is listed and its secret can be rotated.
 */
export const postConnection =
  (deps: ManageDeps): RouteHandler =>
  async (request, _argument, run) => {
    const form = readForm(newConnectionForm(request.tenant), request);
    const auth = form.auth ?? usualAuth(form.kind);
    const misplaced = misplacedFields(form, { kind: form.kind, auth });
    if (misplaced.length > 0) throw wrongFields(misplaced);
    const site_url = isCommitSource(form.kind) ? null : await siteFor(deps, request, form, run);
    const connection_id = newConnectionId();
    const encoding = form.secret_encoding ?? 'text';
    const asked = { imported: form.imported, encoding };
    const { credential, shown } = await makeSecret(deps.masters, { connection_id, auth }, 1, asked);
    const who = deps.whoOf(request);
    const connection: Connection = {
      ...settingsOf({ ...form, auth, site_url }),
      ...{ connection_id, tenant_id: request.tenant, kind: form.kind, auth },
      ...{ current: credential, previous: null, previous_until_ms: null, secret_made_ms: run.received_ms },
      ...{ status: form.status ?? 'active', status_reason: null, status_ms: run.received_ms },
      ...{ rev: 1, created_ms: run.received_ms, updated_ms: run.received_ms, updated_by: who },
    };
    const audit = { who, what: 'connection-created' as const };
    const done = await createConnection({ table: deps.table }, connection, audit, run);
    if (done === 'other-site') throw otherSite(request.tenant);
    return answerWithSecret(201, { ...connection, ...NEVER_USED }, shown, deps.baseUrl(request));
  };

const NEVER_USED = { last_received_ms: null, last_refused_ms: null, last_used_ms: null };

type Completed = NewConnectionForm & Pick<Connection, 'auth' | 'site_url'>;

const settingsOf = (form: Completed) => ({
  name: form.name,
  header_name:
    form.auth === 'header' ? secretHeader({ kind: form.kind, header_name: form.header_name ?? null }) : null,
  site_url: form.site_url,
  site_hosts: form.site_hosts ?? [],
  project_keys: form.project_keys ?? [],
  allowed_cidrs: form.allowed_cidrs ?? [],
  user_agent_prefix: form.user_agent_prefix ?? null,
  rate: form.rate ?? null,
  default_event_type: form.default_event_type ?? null,
});

const SITE_REQUIRED =
  'is required for the first connection of a tenant with kind jira or automation: the base URL of its Jira site, such as https://acme.atlassian.net';

/** The tenant's site, or its first one. @throws Refusal if it has another site, BadRequestError if there is none */
const siteFor = async (
  { table, siteOf }: ManageDeps,
  { tenant }: HttpRequest,
  { site_url: asked }: NewConnectionForm,
  { signal }: Run,
): Promise<string> => {
  const fixed = siteOf(tenant) ?? (await readSite({ table, tenant, signal }));
  const site = asked ?? fixed;
  if (site === null) throw wrongFields([{ path: 'site_url', message: SITE_REQUIRED }]);
  if (fixed !== null && site !== fixed) throw otherSite(tenant, { own: fixed, asked: site });
  return site;
};
