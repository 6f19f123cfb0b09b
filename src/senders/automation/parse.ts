import type { EventFacts, NormalizedDelivery, Problem } from '../../domain/delivery.ts';
import { projectOfKey } from '../../domain/issue-key.ts';
import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import { normalizeUnsigned } from './normalize.ts';
import { readBody } from './read-body.ts';
import { type Named, shapeOf } from './shape.ts';

/**
 * The body of a rule: the delivery, its JSON with the issue in the place where a webhook has it, and warnings for
 * people; or why it is quarantined, with the facts of the issue it is probably about.
 */
export type AutomationRead =
  | { kind: 'read'; delivery: NormalizedDelivery; json: JsonObject; warnings: string[] }
  | { kind: 'refused'; problem: Problem; facts: EventFacts | null };

/**
 * Reads a body from Automation, JSM or a server without signatures. Never throws; takes time linear in its length.
 * @param named event types for a body that names none
 * @param receivedMs epoch milliseconds
 */
export const readAutomation = (bytes: Uint8Array, named: Named, receivedMs: number): AutomationRead => {
  const body = readBody(bytes);
  if (body.kind === 'refused')
    return { kind: 'refused', problem: body.problem, facts: factsOfKey(body.issue_key, named, receivedMs) };
  const shaped = shapeOf(body.value, body.text, named);
  if ('errors' in shaped) return { kind: 'refused', problem: notAnIssue(shaped.errors, body), facts: null };
  const { delivery, warnings } = normalizeUnsigned(shaped.delivery, shaped.whole, receivedMs);
  const json = shaped.delivery.body;
  return {
    kind: 'read',
    delivery,
    json,
    warnings: [...body.warnings, ...shaped.warnings, ...warnings, ...unreplaced(body.text)],
  };
};

/** Wiki markup of code has such braces too, so only the known beginnings of smart values count. */
const SMART_VALUE = /\{\{(issue|now|comment|initiator|webhookData)\b/;

const UNREPLACED = 'a smart value was not replaced: check its name and its brackets in the rule';

const unreplaced = (text: string): string[] => (SMART_VALUE.test(text) ? [UNREPLACED] : []);

const hintOf = ({ value, text }: { value: unknown; text: string }): string | undefined => {
  if (!isJsonObject(value)) return 'remove the quotes or brackets around the whole body';
  return unreplaced(text)[0];
};

const notAnIssue = (errors: Problem['errors'], body: { value: unknown; text: string }): Problem => ({
  type: 'not-a-jira-webhook',
  status: 422,
  detail: 'The body is JSON, but not one this service can take; see errors.',
  errors,
  hint: hintOf(body),
});

/** The limit for event types of Jira. */
const MOST_NAME_CHARACTERS = 200;

/**
 * An unreadable body is listed under the issue key in it, so that people see that a delivery about the issue arrived.
 */
const factsOfKey = (
  issue_key: string | null,
  { query_event_type, default_event_type }: Named,
  occurred_ms: number,
): EventFacts | null =>
  issue_key === null
    ? null
    : {
        issue_id: null,
        issue_key,
        project_key: projectOfKey(issue_key),
        event_type: (query_event_type || default_event_type || 'automation').slice(0, MOST_NAME_CHARACTERS),
        issue_event_type: null,
        changes: [],
        actor: null,
        occurred_ms,
        unread_fields: [],
      };
