import * as z from 'zod/mini';
import type { FieldError } from '../../domain/delivery.ts';
import { isIssueId, isIssueKey } from '../../domain/issue-key.ts';
import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import { fieldErrors, NO_OBJECT } from '../field-errors.ts';
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

/** Characters, not UTF-16 units: an emoji is one. A longer text is not counted through. */
const isEventName = (text: string): boolean =>
  text.length > 0 && text.length <= 400 && (text.length <= 200 || [...text].length <= 200);

/** A number beyond the safe integers has lost digits: it is no id until `exact-ids.ts` has read it again. */
const toText = (value: unknown): unknown => (Number.isSafeInteger(value) ? String(value) : value);

const ID_RULE = 'must be 1 to 20 digits, as a string or a whole number';
const KEY_RULE = 'must be 1 to 255 printable characters without #, / or white space';
const EVENT_RULE = 'must be a string of 1 to 200 characters';

const id = z.nullish(
  z.pipe(z.transform(toText), z.string(ID_RULE).check(z.refine((text) => isIssueId(text), ID_RULE))),
);

const key = z.nullish(z.string(KEY_RULE).check(z.refine((text) => isIssueKey(text), KEY_RULE)));

/** A part that is no object counts as missing, so that one odd part never costs the delivery. */
const part = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.optional(
    z.pipe(
      z.transform((value: unknown): unknown => (isJsonObject(value) ? value : undefined)),
      z.optional(z.looseObject(shape)),
    ),
  );

/** What a body must be to be taken: unknown names and events pass, ids and keys must keep the limits. */
const envelope = z.looseObject(
  {
    webhookEvent: z.string(EVENT_RULE).check(z.refine(isEventName, EVENT_RULE)),
    issue: part({ id, key }),
    worklog: part({ issueId: id }),
    issueLink: part({ sourceIssueId: id }),
  },
  'must be a JSON object',
);
