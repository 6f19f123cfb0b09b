import type { NormalizedDelivery, Outcome } from '../domain/delivery.ts';
import { toPhoenixIso } from '../domain/instant.ts';
import type { IssueFields, LastEvent } from '../domain/issue.ts';
import type { Table } from '../store/calls/table.ts';
import { putAliases } from '../store/issues/issue-index.ts';
import { putSnapshot, putTombstone } from '../store/issues/put-snapshot.ts';
import { encodeSnapshot, fitToItem } from '../store/issues/snapshot-row.ts';

/** What stays the same at every attempt to store a delivery, and when it was received. */
export type Identity = {
  tenant: string;
  event_id: string;
  idempotency_key: string;
  received_ms: number;
  /** True if the caller has read the issue's row and found none; deliveries do not read it. */
  issue_is_new?: boolean;
  /** True if the aliases of all keys are already durable. */
  aliases_are_kept?: boolean;
};

/**
 * Stores everything a delivery changes except its event: fields, tombstone and aliases, all idempotent. A `delivery` of
 * null changes nothing else.
 * @returns the outcome for the event
 */
export const storeDelivery = async (
  table: Table,
  delivery: NormalizedDelivery | null,
  identity: Identity,
  signal: AbortSignal,
): Promise<Outcome> => {
  if (delivery === null) return 'recorded';
  const { snapshot, deletion, keys, facts } = delivery;
  const { tenant, event_id } = identity;
  const results: Outcome[] = [];
  if (snapshot) results.push(await storeSnapshot(table, delivery, snapshot, identity, signal));
  if (deletion)
    results.push(
      await putTombstone({ table, signal }, { tenant, event_id, ...deletion, keys: snapshot ? [] : keys }),
    );
  if (results.length === 0 && facts.issue_id !== null)
    await putAliases({ table, tenant, signal }, facts.issue_id, keys);
  if (results.includes('applied')) return 'applied';
  return results.includes('stale') ? 'stale' : 'recorded';
};

type Full = NonNullable<NormalizedDelivery['snapshot']>;

const storeSnapshot = (
  table: Table,
  delivery: NormalizedDelivery,
  full: Full,
  identity: Identity,
  signal: AbortSignal,
) => {
  const write = {
    tenant: identity.tenant,
    issue_id: full.issue_id,
    version: { updated_ms: full.updated_ms, timestamp_ms: full.timestamp_ms, event_id: identity.event_id },
    ...encodeFitting(full.fields, toLastEvent(identity, delivery.facts.event_type)),
    keys: delivery.keys,
    keys_are_new: areNew(delivery, identity),
    aliases_are_kept: identity.aliases_are_kept ?? false,
  };
  return putSnapshot({ table, signal }, write);
};

const areNew = ({ keys, facts }: NormalizedDelivery, { issue_is_new = false }: Identity): boolean =>
  keys.length > 1 || facts.event_type === 'jira:issue_created' || issue_is_new;

const toLastEvent = (identity: Identity, eventType: string): LastEvent => ({
  event_id: identity.event_id,
  event_type: eventType,
  idempotency_key: identity.idempotency_key,
  received_at: toPhoenixIso(identity.received_ms),
});

/** The fields and their encoding. Fields are dropped, and encoded a second time, only if they exceed an item. */
const encodeFitting = (
  all: IssueFields,
  last_event: LastEvent,
): { fields: IssueFields; body: Uint8Array } => {
  const encode = (fields: IssueFields) => encodeSnapshot({ fields, last_event });
  const body = encode(all);
  const fields = fitToItem(all, body);
  return { fields, body: fields === all ? body : encode(fields) };
};
