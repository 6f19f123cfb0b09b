import type { FieldError } from '../../domain/delivery.ts';
import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import { fieldErrors, NO_OBJECT } from '../field-errors.ts';
import { envelope } from './envelope.ts';
import { hasInexactIds, parseWithExactIds } from './exact-ids.ts';

/** A body that is a Jira webhook; ids are digits and keys keep the limits, or they are null. */
export type RecognisedDelivery = {
  /** `webhookEvent` verbatim. */
  webhookEvent: string;
  issueId: string | null;
  issueKey: string | null;
  worklogIssueId: string | null;
  linkSourceId: string | null;
  /** All that was sent, as `JSON.parse` gave it. Only what is named above has been checked. */
  body: JsonObject;
};

type Recognition = { delivery: RecognisedDelivery } | { errors: FieldError[] };

const check = (value: unknown, body: JsonObject): Recognition => {
  const result = envelope.safeParse(value);
  if (!result.success) return { errors: fieldErrors(result.error) };
  const { webhookEvent, issue, worklog, issueLink } = result.data;
  return {
    delivery: {
      webhookEvent,
      issueId: issue?.id ?? null,
      issueKey: issue?.key ?? null,
      worklogIssueId: worklog?.issueId ?? null,
      linkSourceId: issueLink?.sourceIssueId ?? null,
      body,
    },
  };
};

/** The parsed JSON as a delivery, or every reason why it is none. `text` is the JSON it was parsed from. */
export const recognise = (value: unknown, text: string): Recognition => {
  if (!isJsonObject(value)) return { errors: [NO_OBJECT] };
  const recognition = check(value, value);
  if ('delivery' in recognition || !hasInexactIds(value)) return recognition;
  const exact = parseWithExactIds(text);
  return exact === null ? recognition : check(exact, value);
};
