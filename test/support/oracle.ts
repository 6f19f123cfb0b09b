import { type DeliveryModel, fieldsOf, type IssueModel } from './jira-deliveries.ts';

/** A delivery that was sent, and the id its bytes were given. */
export type Sent = { model: DeliveryModel; body: string; eventId: string };

type Version = { updated: number; timestamp: number; eventId: string };

/** What must be stored of an issue, whatever the order was. */
export type Truth = {
  newest: { version: Version; issue: IssueModel; sent: Sent } | null;
  deleted: boolean;
  deletedMs: number | null;
  /** The id of the earliest deletion's event. */
  deletedBy: string | null;
};

export type Outcome = 'applied' | 'stale' | 'recorded';

const UNKNOWN: Truth = { newest: null, deleted: false, deletedMs: null, deletedBy: null };

/** The id of the issue a delivery belongs to, or null. */
export const issueOf = ({ form, issue }: DeliveryModel): string | null =>
  form === 'nothing' ? null : issue.id;

const timeOf = ({ timestamp }: DeliveryModel): number | null =>
  typeof timestamp === 'number' ? timestamp : null;

const versionOf = ({ model, eventId }: Sent): Version | null =>
  model.form === 'full' ? { updated: model.issue.updatedMs, timestamp: timeOf(model) ?? 0, eventId } : null;

const namesIssue = ({ form }: DeliveryModel): boolean => ['full', 'partial', 'odd'].includes(form);

const isDeletion = (model: DeliveryModel): boolean =>
  model.event === 'jira:issue_deleted' && namesIssue(model);

const order = (a: Version, b: Version): number =>
  a.updated - b.updated ||
  a.timestamp - b.timestamp ||
  (a.eventId === b.eventId ? 0 : a.eventId < b.eventId ? -1 : 1);

/** True when the first is newer than the second. */
export const isNewerVersion = (a: Version, b: Version): boolean => order(a, b) > 0;

const beats = (version: Version, stored: Version | undefined): boolean =>
  stored === undefined || order(version, stored) > 0;

/** A deletion without a time is behind all that have one; of equals the smaller event id is first. */
const deletionOrder = (a: { ms: number | null; by: string }, b: { ms: number | null; by: string }): number =>
  a.ms !== b.ms ? (a.ms ?? Infinity) - (b.ms ?? Infinity) : a.by < b.by ? -1 : 1;

/** A deletion counts when it is the first, or earlier than the one that is known. */
const moves = ({ model, eventId }: Sent, truth: Truth): boolean =>
  truth.deletedBy === null ||
  (truth.deletedBy !== eventId &&
    deletionOrder({ ms: timeOf(model), by: eventId }, { ms: truth.deletedMs, by: truth.deletedBy }) < 0);

const add = (truth: Truth, sent: Sent): Truth => {
  const version = versionOf(sent);
  const newest =
    version && beats(version, truth.newest?.version)
      ? { version, issue: sent.model.issue, sent }
      : truth.newest;
  if (!isDeletion(sent.model)) return { ...truth, newest };
  if (!moves(sent, truth)) return { ...truth, newest };
  return { newest, deleted: true, deletedMs: timeOf(sent.model), deletedBy: sent.eventId };
};

/** What must be stored of one issue after these deliveries: a naive fold. */
export const truthOf = (issueId: string, sent: readonly Sent[]): Truth =>
  sent.filter(({ model }) => issueOf(model) === issueId).reduce(add, UNKNOWN);

/**
 * The outcomes a delivery may have that was sent together with `beside`, when `before` was stored: exactly
 * one if it was sent alone. The same bytes sent twice cannot make each other stale.
 */
export const allowedOutcomes = (sent: Sent, beside: readonly Sent[], before: readonly Sent[]): Outcome[] => {
  const id = issueOf(sent.model);
  const version = versionOf(sent);
  const deletion = isDeletion(sent.model);
  if (id === null || (version === null && !deletion)) return ['recorded'];
  const first = truthOf(id, before);
  const others = beside.filter(({ eventId }) => eventId !== sent.eventId);
  const last = truthOf(id, [...before, ...others]);
  const wins = (truth: Truth): boolean =>
    (version !== null && beats(version, truth.newest?.version)) || (deletion && moves(sent, truth));
  return [...new Set([wins(first), wins(last)])].map((won) => (won ? 'applied' : 'stale'));
};

/** The issue as the read side must show it; null when there must be none. */
export const snapshotOf = (issueId: string, { newest, deleted, deletedMs }: Truth): object | null => {
  if (newest === null && !deleted) return null;
  return {
    tenant_id: 'default',
    issue_id: issueId,
    deleted,
    deleted_at: deletedMs === null ? null : new Date(deletedMs).toISOString(),
    schema_version: newest && 2,
    version: newest && { updated_ms: newest.version.updated, timestamp_ms: newest.version.timestamp },
    ...(newest ? fieldsOf(newest.issue) : { issue_key: null, summary: null, labels: [], custom_fields: {} }),
  };
};

/** Every key a delivery says its issue has or had. */
export const keysOf = (model: DeliveryModel): string[] => {
  if (!namesIssue(model)) return [];
  return model.movedFrom === null ? [model.issue.key] : [model.issue.key, model.movedFrom];
};
