/** DynamoDB's TTL attribute, in epoch seconds. */
export const TTL_ATTRIBUTE = 'expires_at';

/**
 * The day index is spread over this many partitions: one partition takes 1,000 writes a second, and a throttled index
 * throttles the table.
 */
export const DAY_SHARDS = 8;

/** Worklist entries without a group of their own are spread over this many partitions, for the same reason. */
export const WORK_SHARDS = 8;

/** A key attribute; all are strings except the time of an event. */
type KeyAttribute = { name: string; type: 'S' | 'N' };

type IndexDefinition = {
  name: string;
  hash: KeyAttribute;
  range: KeyAttribute;
  /** Attributes projected besides the keys; if empty, the index is `KEYS_ONLY`. */
  include: string[];
  purpose: string;
};

const string = (name: string): KeyAttribute => ({ name, type: 'S' });

/**
 * The only definition of the table, for the stack and for local creation. Every index is sparse: it contains an item
 * only if the item has both key attributes.
 */
export const TABLE = {
  hash: string('pk'),
  range: string('sk'),
  /** Stream records only name the item to read, so they carry no contents. */
  streamView: 'KEYS_ONLY',
  indexes: [
    {
      name: 'by_issue',
      hash: string('issue_pk'),
      range: { name: 'occurred_ms', type: 'N' },
      include: [],
      purpose: "an issue's events and executions, newest first",
    },
    {
      name: 'by_day',
      hash: string('day_pk'),
      range: string('run_id'),
      // An index's projection cannot be changed later. The last two are for executions.
      include: ['outcome', 'event_type', 'source', 'connection_id', 'status', 'subscription_id'],
      purpose:
        "a Phoenix day's events and executions by time of receipt (a ULID begins with it); counted by outcome, type and status",
    },
    {
      name: 'by_project',
      hash: string('project_pk'),
      range: string('project_sk'),
      include: [],
      purpose: "a project's issues by issue id",
    },
    {
      name: 'worklist',
      hash: string('work_pk'),
      range: string('work_sk'),
      include: [],
      purpose:
        'whatever waits or is listed: stories without commits by project, commits without a story by repository, parked events, connections, subscriptions, due executions',
    },
  ] satisfies IndexDefinition[],
} as const;

/** Tag of a raw body's object, `true` or `false`: decides how long the bucket keeps it, as long as the event's row. */
export const QUARANTINED_TAG = 'quarantined';
