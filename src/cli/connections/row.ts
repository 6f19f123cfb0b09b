import * as z from 'zod/mini';
import { CONNECTION_AUTHS, CONNECTION_STATUSES, isConnectionId } from '../../domain/connection.ts';
import { CONNECTION_KINDS } from '../../domain/source.ts';
import type { ManageApi } from '../api/api.ts';
import { findNamed } from '../api/commands.ts';

const text = z.nullable(z.string());

const base = z.object({
  connection_id: z.string(),
  tenant_id: z.string(),
  name: z.string(),
  kind: z.enum(CONNECTION_KINDS),
  auth: z.enum(CONNECTION_AUTHS),
  header_name: text,
  status: z.enum(CONNECTION_STATUSES),
  status_reason: text,
  status_at: z.string(),
  site_url: text,
  site_hosts: z.array(z.string()),
  project_keys: z.array(z.string()),
  allowed_cidrs: z.array(z.string()),
  user_agent_prefix: text,
  rate: z.nullable(z.object({ per_minute: z.number() })),
  default_event_type: text,
  last_received_at: text,
  last_refused_at: text,
  rev: z.number(),
  created_at: z.string(),
  updated_at: z.string(),
  updated_by: z.string(),
});

/** A connection as the API shows it. */
export const shownRow = z.extend(base, {
  secret: z.object({ version: z.number(), previous_until: text, last_used_at: text }),
});

export type ShownRow = z.output<typeof shownRow>;

/** What is answered once: `secret` is the secret itself, null for one that was brought. */
export const rowWithSecret = z.extend(base, { secret: text, url: z.string() });

export type RowWithSecret = z.output<typeof rowWithSecret>;

const listed = z.object({ connections: z.array(shownRow) });

export const listRows = async (api: ManageApi): Promise<ShownRow[]> =>
  (await api.get('/connections', listed)).connections;

/**
 * The connection that was named by its id or, where only one has it, its name; without either the only one there is.
 * @throws UsageError when several could be meant, CommandError when there is none
 */
export const findRow = async (api: ManageApi, named: string | undefined): Promise<ShownRow> => {
  if (named !== undefined && isConnectionId(named)) return api.get(`/connections/${named}`, shownRow);
  return findNamed(api, await listRows(api), {
    ...{ thing: 'connection', named },
    idOf: ({ connection_id }) => connection_id,
  });
};
