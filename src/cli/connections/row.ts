import * as z from 'zod/mini';
import { CONNECTION_AUTHS, CONNECTION_STATUSES, isConnectionId } from '../../domain/connection.ts';
import { DAY_MS, toPhoenixDay } from '../../domain/instant.ts';
import { CONNECTION_KINDS } from '../../domain/source.ts';
import { type ManageApi, pagesOf } from '../api/api.ts';
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

/** The answer to a create or rotate, the only one with the secret itself: `secret` is null for an imported one. */
export const rowWithSecret = z.extend(base, { secret: text, url: z.string() });

export type RowWithSecret = z.output<typeof rowWithSecret>;

const listed = z.object({ connections: z.array(shownRow) });

export const listRows = async (api: ManageApi): Promise<ShownRow[]> =>
  (await api.get('/connections', listed)).connections;

/**
 * Finds a connection by its id or its name, if only one has that name; without either, the only one there is.
 * @throws UsageError when several could be meant, CommandError when there is none
 */
export const findRow = async (api: ManageApi, named: string | undefined): Promise<ShownRow> => {
  if (named !== undefined && isConnectionId(named)) return api.get(`/connections/${named}`, shownRow);
  return findNamed(api, await listRows(api), {
    ...{ thing: 'connection', named },
    idOf: ({ connection_id }) => connection_id,
  });
};

const page = z.object({
  events: z.array(
    z.object({
      event_id: z.string(),
      received_at: z.string(),
      outcome: z.string(),
      event_type: z.nullable(z.string()),
      issue_key: z.nullable(z.string()),
    }),
  ),
  next_cursor: z.nullable(z.string()),
});

export type Delivered = z.output<typeof page>['events'][number];

/** How many deliveries are shown. */
const SHOWN = 10;

/** The most pages to read of one day: filtered by connection, a page may be short or empty while others deliver. */
const MOST_PAGES = 5;

/** The newest events of a connection, newest first, of today and yesterday. */
export const lastDeliveries = async (
  api: ManageApi,
  connectionId: string,
  nowMs: number,
): Promise<Delivered[]> => {
  const found: Delivered[] = [];
  for (const day of [toPhoenixDay(nowMs), toPhoenixDay(nowMs - DAY_MS)])
    for await (const events of pagesOfDay(api, connectionId, day)) {
      found.push(...events);
      if (found.length >= SHOWN) return found.slice(0, SHOWN);
    }
  return found;
};

async function* pagesOfDay(api: ManageApi, connection: string, date: string): AsyncGenerator<Delivered[]> {
  let pages = 0;
  for await (const { events } of pagesOf(api, '/events', { connection, date, limit: String(SHOWN) }, page)) {
    yield events;
    pages += 1;
    if (pages === MOST_PAGES) return;
  }
}
