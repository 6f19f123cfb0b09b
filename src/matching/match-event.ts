import { hideAddress } from '../domain/address.ts';
import { hopsOf } from '../domain/hops.ts';
import { lookupKey } from '../domain/issue-key.ts';
import type {
  Filter,
  Priority,
  Subscription,
  SubscriptionSettings,
  SubscriptionState,
} from '../domain/subscription.ts';
import type { StoredEvent } from '../store/events/event-row.ts';

/** The parts of a subscription that decide whether an event matches. */
type Matching = Pick<Subscription, 'tenant_id' | 'filter' | 'matches_since_ms'> &
  Pick<SubscriptionState, 'status'>;

/**
 * Whether an event is to be sent for a subscription, and if not, which rule excludes it. Depends on its arguments only,
 * so a replay, a sweep or a retry after a crash gets the same result.
 */
export const matchEvent = (subscription: Matching, event: StoredEvent): Judged => {
  if (event.tenant !== subscription.tenant_id) return { matches: false, rule: 'tenant' };
  if (subscription.status === 'deleted') return { matches: false, rule: 'deleted' };
  if (event.received_ms < subscription.matches_since_ms) return { matches: false, rule: 'matches_since' };
  return judge(subscription.filter, saidOf(event));
};

/** The fields that filters look at: what ingest stored with the event, and nothing that is found out later. */
export const saidOf = ({ source, outcome, connection_id, facts, headers }: StoredEvent): Said => ({
  source,
  outcome,
  connection_id: connection_id ?? null,
  event_type: facts?.event_type || null,
  project_key: facts?.project_key ?? null,
  issue_type: facts?.issue_type ?? null,
  priority: facts?.priority ?? null,
  request_type: facts?.request_type ?? null,
  labels: facts?.labels ?? [],
  changed_fields: (facts?.changes ?? []).flatMap(({ field, field_id }) =>
    [field, field_id].filter((name) => name !== null),
  ),
  actor_id: facts?.actor?.id ?? null,
  hops: hopsOf(headers),
});

/** What ingest stored with an event, as far as filters look at it. Null or empty: the event does not say. */
export type Said = {
  source: string;
  outcome: string;
  connection_id: string | null;
  event_type: string | null;
  project_key: string | null;
  issue_type: string | null;
  priority: string | null;
  request_type: string | null;
  labels: readonly string[];
  /** Names and ids of what changed. */
  changed_fields: readonly string[];
  actor_id: string | null;
  /** How many executions led to the event. */
  hops: number;
};

/** `rule`: the part of the filter that decided. */
type Judged = { matches: true } | { matches: false; rule: string };

/** More executions than this led to an event: it matches nothing, so that agents that trigger each other stop. */
const MOST_HOPS = 2;

/** Whether an event passes a filter. Depends on its arguments only, so matching again gives the same result. */
export const judge = (filter: Filter, said: Said): Judged => {
  const rule = RULES.find(({ passes }) => !passes(filter, said));
  return rule ? { matches: false, rule: rule.name } : { matches: true };
};

type Rule = { name: string; passes: (filter: Filter, said: Said) => boolean };

const isAny = (wanted: readonly string[], said: string | null, same = isSame): boolean =>
  wanted.length === 0 || (said !== null && wanted.some((one) => same(one, said)));

const areAny = (wanted: readonly string[], said: readonly string[]): boolean =>
  wanted.length === 0 || wanted.some((one) => said.some((other) => isSame(one, other)));

/** Ignores case: people type names as they read them. */
const isSame = (wanted: string, said: string): boolean => lookupKey(wanted) === lookupKey(said);

const isExactly = (wanted: string, said: string): boolean => wanted === said;

/** Event types are machine names, so case matters. A final `*` matches any ending. */
const isOfType = (wanted: string, said: string): boolean =>
  wanted.endsWith('*') ? said.startsWith(wanted.slice(0, -1)) : wanted === said;

const RULES: readonly Rule[] = [
  { name: 'quarantined', passes: (_, { outcome }) => outcome !== 'quarantined' },
  { name: 'source', passes: (_, { source }) => source !== 'admin' },
  { name: 'hops', passes: (_, { hops }) => hops <= MOST_HOPS },
  {
    name: 'sources',
    passes: ({ sources }, { source }) =>
      source === 'reconcile' ? sources.includes(source) : isAny(sources, source, isExactly),
  },
  { name: 'connections', passes: (filter, said) => isAny(filter.connections, said.connection_id, isExactly) },
  { name: 'event_types', passes: (filter, said) => isAny(filter.event_types, said.event_type, isOfType) },
  { name: 'projects', passes: (filter, said) => isAny(filter.projects, said.project_key) },
  { name: 'issue_types', passes: (filter, said) => isAny(filter.issue_types, said.issue_type) },
  { name: 'priorities', passes: (filter, said) => isAny(filter.priorities, said.priority) },
  { name: 'request_types', passes: (filter, said) => isAny(filter.request_types, said.request_type) },
  { name: 'labels', passes: (filter, said) => areAny(filter.labels, said.labels) },
  { name: 'changed_fields', passes: (filter, said) => areAny(filter.changed_fields, said.changed_fields) },
  {
    name: 'except_actors',
    passes: ({ except_actors }, { actor_id }) =>
      actor_id === null ||
      !except_actors.some((one) => isSame(one, actor_id) || actor_id === hideAddress(one)),
  },
];

const BY_NAME: Readonly<Record<string, Priority>> = {
  highest: 'high',
  high: 'high',
  low: 'low',
  lowest: 'low',
};

/** The priority of an execution. `issuePriority`: that of the event's issue; an unknown one, or none, is normal. */
export const priorityOf = (
  { priority }: Pick<SubscriptionSettings, 'priority'>,
  issuePriority: string | null,
): Priority => {
  if (priority !== 'by_issue') return priority;
  const name = issuePriority?.toLowerCase() ?? '';
  return Object.hasOwn(BY_NAME, name) ? (BY_NAME[name] ?? 'normal') : 'normal';
};
