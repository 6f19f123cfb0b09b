import * as z from 'zod/mini';
import { TTL_ATTRIBUTE } from '../../contract/table.ts';
import {
  FORMATS,
  isSubscriptionId,
  PRIORITIES,
  RETRIES,
  SIGNATURES,
  type Subscription,
  type SubscriptionState,
} from '../../domain/subscription.ts';
import { isTenant } from '../../domain/tenant.ts';
import { UnreadableRowError } from '../../errors/errors.ts';
import { readChecked, readJson } from '../calls/checked-row.ts';
import { updateIf } from '../calls/conditional-write.ts';
import { subscriptionKey, subscriptionsPartition, timeSort } from '../calls/keys.ts';
import { getItem, type Item, type Key, type TableCall, type Walk } from '../calls/table.ts';
import { listRows } from '../calls/worklist.ts';
import { credential } from '../connections/connection-row.ts';

/** A subscription as it is stored. */
export type SubscriptionRow = Subscription & SubscriptionState;

/**
 * The row of a subscription. What people decide is JSON in one attribute, the state of its target in another, so that
 * people and the lane do not overwrite each other.
 */
export const subscriptionItem = (row: SubscriptionRow): Item & Key => ({
  ...subscriptionKey(row.subscription_id),
  ...decidedAttributes(row),
  ...stateAttributes(row),
  work_pk: subscriptionsPartition(row.tenant_id),
  work_sk: `${timeSort(row.created_ms)}#${row.subscription_id}`,
});

/** The attributes that people write. */
export const decidedAttributes = (row: Subscription & Partial<SubscriptionState>) => {
  const decided = Object.fromEntries(Object.entries(row).filter(([name]) => !STATE_NAMES.has(name)));
  return { decided: JSON.stringify(decided), rev: row.rev };
};

/** The attributes that the lane writes, and people who pause, resume or delete. */
const stateAttributes = (row: SubscriptionState) => {
  const { state_rev, ...state } = stateOf(row);
  return { target_state: JSON.stringify(state), state_rev };
};

/** The state of the target, without what people decide. */
const stateOf = (row: SubscriptionState): SubscriptionState => ({
  status: row.status,
  failed_in_a_row: row.failed_in_a_row,
  opened_ms: row.opened_ms,
  next_probe_ms: row.next_probe_ms,
  probes: row.probes,
  width: row.width,
  status_reason: row.status_reason,
  status_ms: row.status_ms,
  state_rev: row.state_rev,
});

/** True if both states of the target are equal, whatever their revisions. */
export const isSameState = (one: SubscriptionState, other: SubscriptionState): boolean =>
  stateAttributes(one).target_state === stateAttributes(other).target_state;

/** Decodes a row. @throws UnreadableRowError if our code cannot have written it, or only newer code can */
const readSubscriptionRow = (row: Item): SubscriptionRow => {
  const { decided, target_state, rev, state_rev } = readChecked(rowSchema, row);
  const read = readJson(decidedSchema, row, () => decided);
  if (read.rev !== rev || subscriptionKey(read.subscription_id).pk !== row.pk)
    throw new UnreadableRowError(row, 'decided', null);
  return { ...read, ...readJson(stateSchema, row, () => target_state), state_rev };
};

const text = z.string();
const texts = z.array(text);
const textOrNull = z.nullable(text);
const number = z.number();
const numberOrNull = z.nullable(number);
const whole = z.int().check(z.positive());

const rowSchema = z.object({
  decided: text,
  target_state: text,
  rev: whole,
  state_rev: whole,
  [TTL_ATTRIBUTE]: z.optional(number),
});

const filter = z.looseObject({
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

const target = z.looseObject({
  version: whole,
  master: whole,
  sealed: text,
  shown_url: text,
  header_names: texts,
});

/** Loose, so that a change by this code keeps fields that newer code wrote. */
const decidedSchema = z.looseObject({
  subscription_id: text.check(z.refine(isSubscriptionId)),
  tenant_id: text.check(z.refine(isTenant)),
  kind: z.literal('https'),
  name: text,
  filter,
  format: z.enum(FORMATS),
  signature: z.enum(SIGNATURES),
  priority: z.enum([...PRIORITIES, 'by_issue']),
  concurrency: whole,
  rate_per_second: numberOrNull,
  timeout_seconds: number,
  retry: z.enum(RETRIES),
  target,
  current: z.nullable(credential),
  previous: z.nullable(credential),
  previous_until_ms: numberOrNull,
  matches_since_ms: number,
  rev: whole,
  created_ms: number,
  updated_ms: number,
  updated_by: text,
}) satisfies z.ZodMiniType<Subscription>;

const stateSchema = z.object({
  status: z.enum(['active', 'paused', 'open', 'disabled', 'deleted']),
  failed_in_a_row: number,
  opened_ms: numberOrNull,
  next_probe_ms: numberOrNull,
  probes: number,
  width: numberOrNull,
  status_reason: textOrNull,
  status_ms: number,
}) satisfies z.ZodMiniType<Omit<SubscriptionState, 'state_rev'>>;

/** Fields of a row that people do not decide. */
const STATE_NAMES = new Set([...Object.keys(stateSchema.shape), 'state_rev']);

/** Reads a subscription of any tenant (strongly consistent). @throws UnreadableRowError, UnavailableError */
export const getSubscription = async (place: TableCall, id: string): Promise<SubscriptionRow | null> => {
  const row = await getItem(place, subscriptionKey(id));
  return row && readSubscriptionRow(row);
};

/**
 * A tenant's subscriptions in the order of their creation, page by page, as `listRows` returns them. Deleted ones are
 * included until what they had to send has expired.
 * @throws UnreadableRowError, UnavailableError
 */
export async function* listSubscriptions(walk: Walk): AsyncGenerator<SubscriptionRow[]> {
  const partition = subscriptionsPartition(walk.tenant);
  for await (const rows of listRows(walk, partition)) yield rows.map(readSubscriptionRow);
}

/**
 * Writes the state of the target, and nothing that people decide, unless the state was written since it was read.
 * @param state gets the next revision after that of `before`
 * @throws UnavailableError
 */
export const writeState = async (
  place: TableCall,
  before: SubscriptionRow,
  state: Omit<SubscriptionState, 'state_rev'>,
): Promise<'written' | 'stale'> => {
  const { target_state, state_rev } = stateAttributes({ ...state, state_rev: before.state_rev + 1 });
  const result = await updateIf(place, {
    key: subscriptionKey(before.subscription_id),
    update: 'SET target_state = :state, state_rev = :rev',
    condition: 'state_rev = :before',
    values: { ':state': target_state, ':rev': state_rev, ':before': before.state_rev },
  });
  if (result.written) return 'written';
  const row = await result.row();
  return row?.state_rev === state_rev && row.target_state === target_state ? 'written' : 'stale';
};
