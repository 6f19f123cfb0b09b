import { hopsOf } from '../domain/hops.ts';
import type { StoredEvent } from '../store/events/event-row.ts';
import type { Said } from './filter.ts';

/** What an event says to filters: what was kept when it came, and nothing that is found out later. */
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
