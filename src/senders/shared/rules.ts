import * as z from 'zod/mini';
import type { FieldError } from '../../domain/delivery.ts';
import { isJsonObject, type Json, type JsonObject, own } from '../../domain/json.ts';
import { isRepositoryName } from '../../domain/repository.ts';
import { fieldErrors } from '../field-errors.ts';
import type { RecognisedCommits, Recognition } from './recognised.ts';

/** The event's name where neither a usable header nor the body gives one. */
export const UNNAMED_EVENT = 'unnamed';

/** Header names of events are not signed and are stored, so they stay short and plain. */
const isEventName = (name: string): boolean => /^[\x21-\x7e]{1,200}$/.test(name);

/**
 * What an event is called: by its header, else by what its body is. It decides nothing: the same signed body
 * under another header means the same.
 */
export const eventNameOr = (eventName: string | null, byBody: string): string =>
  eventName !== null && isEventName(eventName) ? eventName : byBody;

/** Text that keeps a rule; the rule is the error message. */
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

/** The value at the end of these steps, all the way through objects; undefined where there is none. */
export const valueAt = (body: JsonObject, ...steps: string[]): Json | undefined => {
  let value: Json | undefined = body;
  for (const step of steps) value = isJsonObject(value) ? own(value, step) : undefined;
  return value;
};

/** The same for a text that is not empty. */
export const textAt = (body: JsonObject, ...steps: string[]): string | undefined => {
  const value = valueAt(body, ...steps);
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** The body by a schema, then in our terms; or what is wrong with it. */
export const recogniseBy = <Data>(
  schema: z.ZodMiniType<Data>,
  body: JsonObject,
  toRecognised: (data: Data) => RecognisedCommits,
): Recognition => {
  const result = schema.safeParse(body);
  return result.success ? { recognised: toRecognised(result.data) } : { errors: fieldErrors(result.error) };
};

/** A host sends other events without a repository, and none with one that is no object. */
const anyEvent = z.object({ repository: z.optional(z.nullable(anObject)) });

const EMPTY: FieldError = { path: '', message: 'must not be empty' };

/** True for what says something: null and missing do not. */
const isThere = (value: Json | undefined): boolean => value !== undefined && value !== null;

/**
 * An event that lists nothing we read; an empty object is none. `parts`: where it would, had they the right shape:
 * those are noted as unread.
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
