import { CLOSED } from '../../src/domain/breaker.ts';
import { type Filter, newSubscriptionId } from '../../src/domain/subscription.ts';
import type { SubscriptionRow } from '../../src/store/subscriptions/subscription-row.ts';

const MADE = Date.UTC(2026, 10, 22, 19, 0, 0);

/** Asks for nothing: every event that any subscription may have is one of its. */
export const NO_FILTER: Filter = {
  connections: [],
  sources: [],
  event_types: [],
  projects: [],
  issue_types: [],
  priorities: [],
  request_types: [],
  labels: [],
  changed_fields: [],
  except_actors: [],
};

/** An active subscription of the tenant of the built-in sources to all its events, whenever they came; nothing is signed. */
export const someSubscription = (differing: Partial<SubscriptionRow> = {}): SubscriptionRow => ({
  ...CLOSED,
  subscription_id: newSubscriptionId(),
  tenant_id: 'default',
  kind: 'https',
  name: 'Enrich',
  filter: NO_FILTER,
  format: 'event',
  signature: 'none',
  priority: 'normal',
  concurrency: 10,
  rate_per_second: null,
  timeout_seconds: 15,
  retry: 'default',
  target: {
    version: 1,
    master: 1,
    sealed: 'none',
    shown_url: 'https://agent.example.net/…',
    header_names: [],
  },
  current: null,
  previous: null,
  previous_until_ms: null,
  matches_since_ms: 0,
  rev: 1,
  created_ms: MADE,
  updated_ms: MADE,
  updated_by: 'local',
  status_reason: null,
  status_ms: MADE,
  state_rev: 1,
  ...differing,
});
