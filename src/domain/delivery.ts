import type { IssueFields, Person } from './issue.ts';

/** One changelog item; ids and display texts as Jira wrote them. */
export type Change = {
  field: string | null;
  field_id: string | null;
  from: string | null;
  from_string: string | null;
  to: string | null;
  to_string: string | null;
};

/** What a body says of its issue that only filters of subscriptions ask for; each is only there where it is said. */
export type IssueTraits = {
  issue_type?: string | undefined;
  priority?: string | undefined;
  /** Of Jira Service Management. */
  request_type?: string | undefined;
  labels?: string[] | undefined;
};

/** What was read from a body, whatever became of it. */
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
  /** Paths of fields that are there in a shape we cannot read. */
  unread_fields: string[];
  /** Only there where it is not empty; an event of an issue has none. */
  subjects?: Subject[] | undefined;
};

/** Facts without them: what answers about events show, and what is known where the issue is another one. */
export const withoutTraits = <Facts extends IssueTraits>(facts: Facts): Omit<Facts, keyof IssueTraits> => {
  const { issue_type: _type, priority: _priority, request_type: _request, labels: _labels, ...rest } = facts;
  return rest;
};

/** A recognised delivery in our words: the output of normalize and the input of store. */
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

/** One reason why a body cannot be taken: a path in the payload and a message without its values. */
export type FieldError = { path: string; message: string };

/** The kebab-case names a problem's `type` ends in. */
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

/** `pending` until correlation has handled or parked the event; `not_needed` where it has nothing to do. */
export type Processing = {
  status: 'pending' | 'processed' | 'failed' | 'not_needed';
  attempts: number;
  first_at: string | null;
  last_at: string | null;
  reason: string | null;
};

/** The event as `GET /events/{event_id}` answers it. A quarantined body may have no readable facts. */
export type EventView = Omit<EventFacts, 'occurred_ms' | 'event_type' | 'subjects' | keyof IssueTraits> & {
  event_id: string;
  source: string;
  /** Null for a built-in source, and for what nobody sent. */
  connection_id: string | null;
  /** What people should know of how its body was read. */
  warnings: string[];
  event_type: string | null;
  outcome: Outcome;
  idempotency_key: string;
  occurred_at: string | null;
  received_at: string;
  /** What a delivery took until its event was written; null for what nobody sent, and for older events. */
  duration_ms: number | null;
  /** What was sent beside the body: never a credential. */
  headers: Record<string, string>;
  processing: Processing;
  problem: Problem | null;
  run_id: string;
};

/**
 * What an event says of issues without showing them: all of a version, a project or a sprint may look different now, and
 * Jira sends nothing for each; or one issue is said to be deleted by a sender whose word is not enough. A version that is
 * gone is known by the name it had; ids are digits, and of an issue perhaps a key.
 */
export type Subject =
  | { kind: 'version' | 'project' | 'sprint' | 'issue'; id: string }
  | { kind: 'version_name'; name: string };
