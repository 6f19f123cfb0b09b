import * as z from 'zod/mini';
import { isPullRequestId } from '../../domain/commit.ts';
import type { FieldError } from '../../domain/delivery.ts';
import { isJsonObject, type Json, type JsonObject, own } from '../../domain/json.ts';
import { isRepositoryName } from '../../domain/repository.ts';
import { fieldErrors } from '../field-errors.ts';
import type { RecognisedCommits, Recognition } from './recognised.ts';

/** Text that keeps a rule; the rule is what the sender is told. */
export const textThat = (keeps: (text: string) => boolean, rule: string) =>
  z.string(rule).check(z.refine(keeps, rule));

export const repositoryName = textThat(
  isRepositoryName,
  'must be 1 to 255 bytes of printable characters without # or white space',
);

export const anObject = z.custom<JsonObject>((value) => isJsonObject(value), 'must be an object');

export const aList = z.custom<Json[]>((value) => Array.isArray(value), 'must be a list');

/** True for what says something: null and missing do not. */
const isThere = (value: Json | undefined): boolean => value !== undefined && value !== null;

/** A host's id, with the host's name before it, if it can be compared. */
export const hostId = (host: 'github' | 'bitbucket', body: JsonObject, name: string): string | undefined => {
  const repository = own(body, 'repository');
  const id = isJsonObject(repository) ? own(repository, name) : undefined;
  const text = Number.isSafeInteger(id) ? String(id) : id;
  return typeof text === 'string' && isPullRequestId(text) ? `${host}:${text}` : undefined;
};

/** The text at the end of these steps, all the way through objects; undefined where there is none. */
export const textAt = (body: JsonObject, ...steps: string[]): string | undefined => {
  let value: Json | undefined = body;
  for (const step of steps) value = isJsonObject(value) ? own(value, step) : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** A rename that both names can be kept of, or null: such an event is recorded, and nothing of it is read. */
export const renameOf = (
  event_type: string,
  body: JsonObject,
  from: string,
  rest: { host_id: string | undefined; at: string[] },
): Recognition | null => {
  const repository = textAt(body, 'repository', 'full_name');
  if (repository === undefined || !isRepositoryName(repository) || !isRepositoryName(from)) return null;
  const holder = own(body, 'repository');
  const at = isJsonObject(holder) ? rest.at.map((name) => own(holder, name) ?? null) : [];
  return { recognised: { kind: 'renamed', event_type, repository, from, host_id: rest.host_id, at } };
};

/** `repository` as GitHub and Bitbucket send it. */
export const hostedRepository = z.object({ full_name: repositoryName }, 'must be an object');

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

/**
 * An event that lists nothing we read; an empty object is none. `parts`: where it would, had they the right shape: those
 * are noted as unread.
 */
export const nothingListed = (event_type: string, body: JsonObject, parts: string[]): Recognition => {
  if (Object.keys(body).length === 0) return { errors: [EMPTY] };
  return recogniseBy(anyEvent, body, () => ({
    kind: 'nothing_listed',
    event_type,
    unread: parts.filter((name) => isThere(own(body, name))),
  }));
};
