import * as z from 'zod/mini';
import { isIssueId, isIssueKey } from '../../domain/issue-key.ts';
import { isJsonObject } from '../../domain/json.ts';

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
export const envelope = z.looseObject(
  {
    webhookEvent: z.string(EVENT_RULE).check(z.refine(isEventName, EVENT_RULE)),
    issue: part({ id, key }),
    worklog: part({ issueId: id }),
    issueLink: part({ sourceIssueId: id }),
  },
  'must be a JSON object',
);
