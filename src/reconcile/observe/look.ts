import { observationId } from '../../domain/event-id.ts';
import type { IssueFields } from '../../domain/issue.ts';
import { isIssueId } from '../../domain/issue-key.ts';
import { type JsonObject, own } from '../../domain/json.ts';
import { type DeliveryRead, readDelivery } from '../../ingest/read-delivery.ts';
import type { Look } from '../../jira/reads/reads.ts';
import { observationBody } from '../../senders/jira/observation.ts';
import { fitToItem } from '../../store/issues/snapshot-row.ts';

/** What a look shows of its issue. `seen_ms`: when it was taken; 0 if the clock is implausible. */
export type Shown = {
  read: Look['read'];
  seen_ms: number;
  updated_ms: number;
  /** As it counts in the version of the issue. */
  timestamp_ms: number;
  /** Fitted to an item. */
  fields: IssueFields;
};

type Whole = DeliveryRead & { kind: 'read' };

/** A look, read and ready to be stored. `unwritable`: nested too deeply to be written as JSON. */
export type Reading =
  | { kind: 'whole'; issue_id: string; event_id: string; body: Buffer; read: Whole; shown: Shown }
  | { kind: 'refused'; issue_id: string | null; event_id: string; body: Buffer; read: DeliveryRead }
  | { kind: 'unwritable'; issue_id: string | null };

export type WholeReading = Reading & { kind: 'whole' };

/** Reads a look like the body of a delivery. Never throws. @param nowMs our own clock */
export const readLook = (tenant: string, look: Look, nowMs: number): Reading => {
  try {
    return readBody(tenant, look, nowMs);
  } catch (fault) {
    if (fault instanceof RangeError) return { kind: 'unwritable', issue_id: namedId(look.issue) };
    throw fault;
  }
};

const readBody = (tenant: string, look: Look, nowMs: number): Reading => {
  const body = observationBody(look.read, look.started_ms, look.issue, look.asked_key);
  const read = readDelivery({ source: 'reconcile', event_name: null }, body, nowMs);
  const [id = null, key = null, fields = null] = ['id', 'key', 'fields'].map((name) => own(look.issue, name));
  // Two old keys may lead to the same issue at once: each makes an event of its own.
  const said = look.asked_key === undefined ? fields : { fields, asked_key: look.asked_key };
  if (read.kind === 'read' && read.delivery?.snapshot) {
    const { issue_id, ...snapshot } = read.delivery.snapshot;
    const shown = { read: look.read, seen_ms: read.facts.occurred_ms, ...snapshot };
    const fitted = { ...shown, fields: fitToItem(snapshot.fields) };
    const event_id = observationId(tenant, { issue_id, timestamp: look.started_ms, said });
    return { kind: 'whole', issue_id, event_id, body, read, shown: fitted };
  }
  const event_id = observationId(tenant, { issue_id: id, timestamp: null, said: { key, said } });
  return { kind: 'refused', issue_id: namedId(look.issue), event_id, body, read };
};

const namedId = (issue: JsonObject): string | null => {
  const id = String(own(issue, 'id'));
  return isIssueId(id) ? id : null;
};
