import type { CommitDelivery } from '../../domain/commit.ts';
import type { EventFacts } from '../../domain/delivery.ts';

/** What the stored event of a commit delivery shows: it belongs to no issue; links are found later. */
export const commitFacts = ({ event_type, unread_fields }: CommitDelivery): EventFacts => ({
  issue_id: null,
  issue_key: null,
  project_key: null,
  event_type,
  issue_event_type: null,
  changes: [],
  actor: null,
  occurred_ms: 0,
  unread_fields,
});
