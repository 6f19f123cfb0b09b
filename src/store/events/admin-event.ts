import { adminEventId, sha256Hex } from '../../domain/event-id.ts';
import { toUtcIso } from '../../domain/instant.ts';
import { UnavailableError } from '../../errors/errors.ts';
import { getItem, type Item, type Key, type TableCall } from '../calls/table.ts';
import { type Transacted, transact, type Write } from '../calls/transact.ts';
import { encodeEventBody } from './event-body.ts';
import { eventItem, expirySeconds, type StoredEvent } from './event-row.ts';

/** The run that makes a change. Its id identifies the change as our own if the answer of a write was lost. */
export type ChangeRun = { run_id: string; received_ms: number; signal: AbortSignal };

/** A change by people: who did what, and the row before and after as answers show it. */
export type AdminChange = {
  tenant_id: string;
  /** The id of the row, under the name it has in answers. */
  row: { connection_id: string } | { subscription_id: string };
  /** The revision after the change. */
  rev: number;
  /** The caller's ARN, or `local`. */
  who: string;
  what: string;
  before: object | null;
  after: object | null;
};

/** How long a change can be looked up: a year, and the month after it. */
const RETENTION_DAYS = 400;

/** The audit event of a change. Its id is derived from the row's id and new revision. */
export const adminEventItem = (
  change: AdminChange,
  run: { run_id: string; received_ms: number },
): Item & Key => {
  const { tenant_id, row, rev, who, what, before, after } = change;
  const said = { who, what, at: toUtcIso(run.received_ms), rev, ...row, before, after };
  const raw = Buffer.from(JSON.stringify(said));
  const id = 'connection_id' in row ? row.connection_id : row.subscription_id;
  const event: StoredEvent = {
    event_id: adminEventId(tenant_id, id, rev),
    tenant: tenant_id,
    source: 'admin',
    facts: { ...NO_ISSUE, event_type: what, occurred_ms: run.received_ms },
    idempotency_key: sha256Hex(raw),
    received_ms: run.received_ms,
    problem: null,
    event_name: null,
    secret: null,
    connection_id: 'connection_id' in row ? row.connection_id : undefined,
    raw_stored_apart: false,
    outcome: 'recorded',
    run_id: run.run_id,
  };
  const expiresAt = expirySeconds(run.received_ms, 'recorded', RETENTION_DAYS);
  return eventItem(event, encodeEventBody(event, raw), expiresAt);
};

const NO_ISSUE = {
  issue_id: null,
  issue_key: null,
  project_key: null,
  issue_event_type: null,
  changes: [],
  actor: null,
  unread_fields: [],
};

/** Writes a change with its event, in one transaction. A write of this run whose answer was lost counts. */
export const writeWithEvent = async (
  place: TableCall,
  writes: Write[],
  event: Item & Key,
): Promise<'written' | (Transacted & { written: false })> => {
  const put: Write = { kind: 'put', item: event, condition: 'attribute_not_exists(pk)' };
  try {
    const done = await transact(place, [...writes, put]);
    return done.written || (await isOurs(place, event)) ? 'written' : done;
  } catch (fault) {
    if (fault instanceof UnavailableError && (await isOurs(place, event))) return 'written';
    throw fault;
  }
};

const isOurs = async (place: TableCall, { pk, sk, run_id }: Item & Key): Promise<boolean> =>
  (await getItem(place, { pk, sk }))?.run_id === run_id;
