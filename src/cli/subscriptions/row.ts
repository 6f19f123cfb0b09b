import * as z from 'zod/mini';
import { FORMATS, isSubscriptionId, PRIORITIES, RETRIES, SIGNATURES } from '../../domain/subscription.ts';
import type { ManageApi } from '../api/api.ts';
import { findNamed } from '../api/commands.ts';

const text = z.nullable(z.string());
const texts = z.array(z.string());

const filter = z.object({
  connections: texts,
  sources: texts,
  event_types: texts,
  projects: texts,
  issue_types: texts,
  priorities: texts,
  request_types: texts,
  labels: texts,
  changed_fields: texts,
  except_actors: texts,
});

const base = z.object({
  subscription_id: z.string(),
  tenant_id: z.string(),
  name: z.string(),
  kind: z.string(),
  /** `https://host/…`: a path may be a secret. */
  url: z.string(),
  header_names: texts,
  filter,
  format: z.enum(FORMATS),
  signature: z.enum(SIGNATURES),
  priority: z.enum([...PRIORITIES, 'by_issue']),
  concurrency: z.number(),
  rate_per_second: z.nullable(z.number()),
  timeout_seconds: z.number(),
  retry: z.enum(RETRIES),
  status: z.string(),
  status_reason: text,
  status_at: z.string(),
  next_probe_at: text,
  failed_attempts_in_a_row: z.number(),
  matches_since: z.string(),
  rev: z.number(),
  created_at: z.string(),
  updated_at: z.string(),
  updated_by: z.string(),
});

/** A subscription as the API shows it. */
export const shownRow = z.extend(base, {
  secret: z.nullable(
    z.object({ source: z.string(), encoding: z.string(), version: z.number(), previous_until: text }),
  ),
});

export type ShownRow = z.output<typeof shownRow>;

/** The only answer with the key itself: `secret` is null for an imported key, or if nothing is signed. */
export const rowWithSecret = z.extend(base, { secret: text, warnings: texts });

export type RowWithSecret = z.output<typeof rowWithSecret>;

/** The answer to a change. `secret` is the key itself if the change created the first one, else its description. */
export const changedRow = z.extend(base, {
  secret: z.union([z.string(), shownRow.shape.secret]),
  warnings: texts,
});

const listed = z.object({ subscriptions: z.array(shownRow) });

export const listRows = async (api: ManageApi): Promise<ShownRow[]> =>
  (await api.get('/subscriptions', listed)).subscriptions;

/**
 * Finds a subscription by its id or its name, if only one has that name; without either, the only one there is.
 * @throws UsageError when several could be meant, CommandError when there is none
 */
export const findRow = async (api: ManageApi, named: string | undefined): Promise<ShownRow> => {
  if (named !== undefined && isSubscriptionId(named)) return api.get(`/subscriptions/${named}`, shownRow);
  return findNamed(api, await listRows(api), {
    ...{ thing: 'subscription', named },
    idOf: ({ subscription_id }) => subscription_id,
  });
};
