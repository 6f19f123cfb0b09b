import type { IssueFields, Person } from './issue.ts';

/** One changelog item; ids and display texts as Jira sends them. */
export type Change = {
  field: string | null;
  field_id: string | null;
  from: string | null;
  from_string: string | null;
  to: string | null;
  to_string: string | null;
};

/** Facts about the issue that only subscription filters use; each is present only if the body has it. */
export type IssueTraits = {
  issue_type?: string | undefined;
  priority?: string | undefined;
  /** Jira Service Management only. */
  request_type?: string | undefined;
  labels?: string[] | undefined;
};

/** What was read from a body, whatever the outcome. */
export type EventFacts = IssueTraits & {
  issue_id: string | null;
  issue_key: string | null;
  project_key: string | null;
  /** `webhookEvent` verbatim. */
  event_type: string;
  issue_event_type: string | null;
  changes: Change[];
  actor: Person | null;
  /** Body `timestamp` in epoch milliseconds; 0 when missing or unusable. */
  occurred_ms: number;
  /** Paths of fields that are present in a shape we cannot read. */
  unread_fields: string[];
  /** Present only if not empty; an event of an issue has none. */
  subjects?: Subject[] | undefined;
};

/** The facts without the traits: for answers about events, and for events that must not be tied to an issue. */
export const withoutTraits = <Facts extends IssueTraits>(facts: Facts): Omit<Facts, keyof IssueTraits> => {
  const { issue_type: _type, priority: _priority, request_type: _request, labels: _labels, ...rest } = facts;
  return rest;
};

/** A recognised delivery, normalized: the output of normalize and the input of store. */
export type NormalizedDelivery = {
  facts: EventFacts;
  /** Only for a full issue: an id, a key, and a usable `fields.updated`. */
  snapshot: { issue_id: string; updated_ms: number; timestamp_ms: number; fields: IssueFields } | null;
  /** A `jira:issue_deleted` that names an issue; `deleted_ms` is null when the body has no usable timestamp. */
  deletion: { issue_id: string; deleted_ms: number | null } | null;
  /** Every key this delivery says the issue `facts.issue_id` has or had. */
  keys: string[];
};

export const OUTCOMES = ['applied', 'stale', 'recorded', 'quarantined'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** One reason why a body cannot be taken: a path in the payload and a message that quotes no values. */
export type FieldError = { path: string; message: string };

/** The kebab-case names that a problem's `type` URL ends with. */
export const PROBLEM_TYPES = [
  'signature-refused',
  'body-not-json',
  'not-a-jira-webhook',
  'not-a-commit-delivery',
  'stored-for-repair',
  'body-too-large',
  'address-not-allowed',
  'temporarily-unavailable',
  'credential-refused',
  'user-agent-refused',
  'rate-exceeded',
  'connection-inactive',
  'tenant-mismatch',
  'project-not-allowed',
  'not-found',
  'method-not-allowed',
  'bad-request',
  'misdirected',
  'cross-site',
  'token-required',
  'json-required',
  'revision-required',
  'stale-revision',
  'rotation-under-way',
  'no-master',
  'other-site',
  'wrong-status',
] as const;
export type ProblemType = (typeof PROBLEM_TYPES)[number];

/** Why a signed body was quarantined; kept with the event, so that the same bytes get the same answer. */
export type Problem = {
  type: ProblemType;
  status: number;
  detail: string;
  errors: FieldError[];
  /** What to change at the sender, in one sentence. */
  hint?: string | undefined;
};

/** `pending` until correlation has processed or parked the event; `not_needed` if correlation has nothing to do. */
export type Processing = {
  status: 'pending' | 'processed' | 'failed' | 'not_needed';
  attempts: number;
  first_at: string | null;
  last_at: string | null;
  reason: string | null;
};

/** The event as `GET /events/{event_id}` returns it. A quarantined body may have no readable facts. */
export type EventView = Omit<EventFacts, 'occurred_ms' | 'event_type' | 'subjects' | keyof IssueTraits> & {
  event_id: string;
  source: string;
  /** Null for a built-in webhook, and for events that were not delivered. */
  connection_id: string | null;
  /** Remarks for people on how the body was read. */
  warnings: string[];
  event_type: string | null;
  outcome: Outcome;
  idempotency_key: string;
  occurred_at: string | null;
  received_at: string;
  /** From the request until the event was written; null for events that were not delivered, and for older events. */
  duration_ms: number | null;
  /** The headers kept of the request: never a credential. */
  headers: Record<string, string>;
  processing: Processing;
  problem: Problem | null;
  run_id: string;
};

/**
 * Issues that an event affects without showing them. All issues of a version, project or sprint may have changed, and
 * Jira sends no event for each; or an unauthoritative sender reports that one issue was deleted. A deleted version is
 * identified by its former name; the other ids are digits, or perhaps a key for an issue.
 */
export type Subject =
  | { kind: 'version' | 'project' | 'sprint' | 'issue'; id: string }
  | { kind: 'version_name'; name: string };
