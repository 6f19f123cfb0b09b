import * as z from 'zod/mini';
import type { FieldError, Problem } from '../../domain/delivery.ts';
import { isIssueId, isIssueKey } from '../../domain/issue-key.ts';
import { isJsonObject, type Json, type JsonObject, own } from '../../domain/json.ts';
import { fieldErrors, NO_OBJECT } from '../field-errors.ts';
import { readJson } from '../read-json.ts';

export type Parsed =
  | { kind: 'delivery'; delivery: RecognisedDelivery }
  | { kind: 'refused'; problem: Problem };

const EMPTY =
  'The body is empty. In Jira, open the webhook and switch off "Exclude body": without a body nothing can be stored.';

const notAWebhook = (errors: FieldError[]): Parsed => ({
  kind: 'refused',
  problem: {
    type: 'not-a-jira-webhook',
    status: 422,
    detail: 'The body is JSON, but not a Jira webhook this service can take; see errors.',
    errors,
  },
});

/**
 * Parses and recognises the body of a delivery, or returns the problem for which it is quarantined. Never throws.
 * A problem names paths and rules, never the sender's values.
 */
export const parseDelivery = (bytes: Uint8Array): Parsed => {
  const json = readJson(bytes, EMPTY);
  if (json.kind === 'refused') return json;
  const recognition = recognise(json.value, json.text);
  return 'delivery' in recognition
    ? { kind: 'delivery', delivery: recognition.delivery }
    : notAWebhook(recognition.errors);
};

/** A body that is a Jira webhook; ids are digits and keys are within the limits, or they are null. */
export type RecognisedDelivery = {
  /** `webhookEvent` verbatim. */
  webhookEvent: string;
  issueId: string | null;
  issueKey: string | null;
  worklogIssueId: string | null;
  linkSourceId: string | null;
  /** The whole body, as parsed. Only the values above have been checked. */
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

/** The parsed JSON as a delivery, or every reason why it is not one. `text` is the JSON it was parsed from. */
export const recognise = (value: unknown, text: string): Recognition => {
  if (!isJsonObject(value)) return { errors: [NO_OBJECT] };
  const recognition = check(value, value);
  if ('delivery' in recognition || !hasInexactIds(value)) return recognition;
  const exact = parseWithExactIds(text);
  return exact === null ? recognition : check(exact, value);
};

/** Counts characters, not UTF-16 units: an emoji is one. A text of more than 400 units is not counted at all. */
const isEventName = (text: string): boolean =>
  text.length > 0 && text.length <= 400 && (text.length <= 200 || [...text].length <= 200);

/**
 * A number beyond the safe integers has lost digits: it is not a valid id until `parseWithExactIds` has restored it.
 */
const toText = (value: unknown): unknown => (Number.isSafeInteger(value) ? String(value) : value);

const ID_RULE = 'must be 1 to 20 digits, as a string or a whole number';
const KEY_RULE = 'must be 1 to 255 printable characters without #, / or white space';
const EVENT_RULE = 'must be a string of 1 to 200 characters';

const id = z.nullish(
  z.pipe(z.transform(toText), z.string(ID_RULE).check(z.refine((text) => isIssueId(text), ID_RULE))),
);

const key = z.nullish(z.string(KEY_RULE).check(z.refine((text) => isIssueKey(text), KEY_RULE)));

/** A part that is not an object counts as missing, so that one odd part does not cause the delivery to be refused. */
const part = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.optional(
    z.pipe(
      z.transform((value: unknown): unknown => (isJsonObject(value) ? value : undefined)),
      z.optional(z.looseObject(shape)),
    ),
  );

/** The requirements for a body: unknown properties and events pass, ids and keys must be within the limits. */
const envelope = z.looseObject(
  {
    webhookEvent: z.string(EVENT_RULE).check(z.refine(isEventName, EVENT_RULE)),
    issue: part({ id, key }),
    worklog: part({ issueId: id }),
    issueLink: part({ sourceIssueId: id }),
  },
  'must be a JSON object',
);

const ID_NAMES = new Set(['id', 'issueId', 'sourceIssueId']);

const at = (body: JsonObject, part: string, name: string): Json | undefined => {
  const value = own(body, part);
  return isJsonObject(value) ? own(value, name) : undefined;
};

const isInexact = (value: unknown): boolean => Number.isInteger(value) && !Number.isSafeInteger(value);

/** True when an id was sent as a number too long for JavaScript to keep every digit. */
export const hasInexactIds = (body: JsonObject): boolean =>
  isInexact(at(body, 'issue', 'id')) ||
  isInexact(at(body, 'worklog', 'issueId')) ||
  isInexact(at(body, 'issueLink', 'sourceIssueId'));

const keepDigits = (name: string, value: unknown, context?: { source?: string }): unknown =>
  ID_NAMES.has(name) && isInexact(value) ? context?.source : value;

/**
 * Parses the JSON with long numeric ids as strings of the digits that were sent. Slow, so only for bodies that need it.
 * Null when it is nested too deeply for a reviver, which is recursive.
 */
export const parseWithExactIds = (text: string): unknown => {
  try {
    return JSON.parse(text, keepDigits);
  } catch {
    return null;
  }
};
