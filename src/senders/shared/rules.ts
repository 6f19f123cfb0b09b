import * as z from 'zod/mini';
import type { FieldError } from '../../domain/delivery.ts';
import { isJsonObject, type Json, type JsonObject, own } from '../../domain/json.ts';
import { isRepositoryName } from '../../domain/repository.ts';
import { fieldErrors } from '../field-errors.ts';
import type { RecognisedCommits, Recognition } from './recognised.ts';

/** The event's name if neither a usable header nor the body has one. */
export const UNNAMED_EVENT = 'unnamed';

/** Event names from headers are unsigned and stored, so they must be short and plain. */
const isEventName = (name: string): boolean => /^[\x21-\x7e]{1,200}$/.test(name);

/**
 * The name of an event, from its header, else from its body. It decides nothing: the same signed body with another
 * header means the same.
 */
export const eventNameOr = (eventName: string | null, byBody: string): string =>
  eventName !== null && isEventName(eventName) ? eventName : byBody;

/** Text that fulfils a rule; the rule is the error message. */
export const textThat = (keeps: (text: string) => boolean, rule: string) =>
  z.string(rule).check(z.refine(keeps, rule));

export const repositoryName = textThat(
  isRepositoryName,
  'must be 1 to 255 bytes of printable characters without # or white space',
);

export const anObject = z.custom<JsonObject>((value) => isJsonObject(value), 'must be an object');

export const aList = z.custom<Json[]>((value) => Array.isArray(value), 'must be a list');

/** `repository` as GitHub and Bitbucket Cloud send it. */
export const hostedRepository = z.object({ full_name: repositoryName }, 'must be an object');

/** The value at the end of these steps through objects; undefined if there is none. */
export const valueAt = (body: JsonObject, ...steps: string[]): Json | undefined => {
  let value: Json | undefined = body;
  for (const step of steps) value = isJsonObject(value) ? own(value, step) : undefined;
  return value;
};

/** The same for non-empty text. */
export const textAt = (body: JsonObject, ...steps: string[]): string | undefined => {
  const value = valueAt(body, ...steps);
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** Checks the body against a schema and converts it, or returns the errors. */
export const recogniseBy = <Data>(
  schema: z.ZodMiniType<Data>,
  body: JsonObject,
  toRecognised: (data: Data) => RecognisedCommits,
): Recognition => {
  const result = schema.safeParse(body);
  return result.success ? { recognised: toRecognised(result.data) } : { errors: fieldErrors(result.error) };
};

/** Hosts send other events without a repository, but never with one that is not an object. */
const anyEvent = z.object({ repository: z.optional(z.nullable(anObject)) });

const EMPTY: FieldError = { path: '', message: 'must not be empty' };

/** False for missing and null. */
const isThere = (value: Json | undefined): boolean => value !== undefined && value !== null;

/**
 * An event without commits or pull requests that we read; an empty object is refused. `parts`: the properties that
 * would hold them; if present, they have an unknown shape and are noted as unread.
 */
export const nothingListed = (event_type: string, body: JsonObject, parts: string[]): Recognition => {
  if (Object.keys(body).length === 0) return { errors: [EMPTY] };
  return recogniseBy(anyEvent, body, () => ({
    event_type,
    nature: 'other',
    repository: null,
    read: ({ note }) => {
      parts.filter((name) => isThere(own(body, name))).forEach(note);
      return { commits: [], pull_requests: [] };
    },
  }));
};
