import type { Filter } from '../../src/domain/subscription.ts';

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
