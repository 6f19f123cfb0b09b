import { instantOf, toPhoenixIso, toUtcIso } from '../../domain/instant.ts';
import { NO_FIELDS } from '../../domain/issue.ts';
import { isJsonObject, type JsonObject, own } from '../../domain/json.ts';
import { readAutomation } from '../../senders/automation/parse.ts';
import { readFields } from '../../senders/jira/fields.ts';
import { parseDelivery } from '../../senders/jira/parse.ts';
import { createUnread } from '../../senders/readers.ts';
import type { StoredEvent } from '../../store/events/event-row.ts';
import type { SaidIssue } from './fit-body.ts';

/**
 * The issue as an event's own body shows it, under the names of a snapshot. Used where no snapshot is stored: the issue
 * is known only from a rule, or Jira has not sent it yet. Null for an event that names no issue.
 * @param raw null if the body is gone
 */
export const saidIssue = (event: StoredEvent, raw: Uint8Array | null): SaidIssue | null => {
  const { facts, tenant } = event;
  if (facts === null || (facts.issue_id === null && facts.issue_key === null)) return null;
  const { issue_id, issue_key, project_key, issue_type, priority, labels } = facts;
  const traits = {
    issue_key,
    project_key,
    issue_type: issue_type ?? null,
    priority: priority ?? null,
    labels: labels ?? [],
  };
  const fields = raw === null ? null : fieldsIn(event, raw);
  const said = fields === null ? {} : readSaid(fields, issue_key ?? '', project_key);
  return { tenant_id: tenant, issue_id, ...NO_FIELDS, ...said, ...traits };
};

const fieldsIn = (event: StoredEvent, raw: Uint8Array): JsonObject | null => {
  const body = bodyOf(event, raw);
  const issue = body && own(body, 'issue');
  const fields = isJsonObject(issue) ? own(issue, 'fields') : undefined;
  return isJsonObject(fields) ? fields : null;
};

const UNNAMED = { query_event_type: null, default_event_type: null };

/** The JSON of a body, with the issue where Jira's webhooks have it; null if it is unreadable or is of commits. */
const bodyOf = ({ source, received_ms }: StoredEvent, raw: Uint8Array): JsonObject | null => {
  if (source === 'automation') {
    const read = readAutomation(raw, UNNAMED, received_ms);
    return read.kind === 'read' ? read.json : null;
  }
  if (source !== 'jira' && source !== 'reconcile') return null;
  const parsed = parseDelivery(raw);
  return parsed.kind === 'refused' ? null : parsed.delivery.body;
};

/** Here, unlike in a snapshot, `updated` may be missing. */
const readSaid = (fields: JsonObject, issueKey: string, projectKey: string | null) => {
  const updatedMs = instantOf(own(fields, 'updated'));
  const read = readFields({ issueKey, projectKey, updatedMs: updatedMs ?? 0, fields }, createUnread());
  return {
    ...read,
    updated_at: updatedMs === null ? null : toUtcIso(updatedMs),
    phoenix_updated_at: updatedMs === null ? null : toPhoenixIso(updatedMs),
  };
};
