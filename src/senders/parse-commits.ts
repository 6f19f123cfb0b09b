import type { FieldError, Problem } from '../domain/delivery.ts';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import type { CommitSource } from '../domain/source.ts';
import { recogniseBitbucket } from './bitbucket/parse.ts';
import { recogniseListedCommits } from './commits/parse.ts';
import { NO_OBJECT } from './field-errors.ts';
import { recogniseGithub } from './github/parse.ts';
import { notJson, readJson } from './read-json.ts';
import type { RecognisedCommits, Recognition } from './shared/recognised.ts';

export type ParsedCommits =
  | { kind: 'delivery'; delivery: RecognisedCommits }
  | { kind: 'refused'; problem: Problem };

const EMPTY = 'The body is empty: it lists no commits and names no repository.';

const A_FORM =
  'The body is a form. In GitHub, open the webhook and set its content type to application/json.';

const notACommitDelivery = (errors: FieldError[]): ParsedCommits => ({
  kind: 'refused',
  problem: {
    type: 'not-a-commit-delivery',
    status: 422,
    detail: 'The body is JSON, but not a delivery of commits this service can take; see errors.',
    errors,
  },
});

const RECOGNISE: Record<CommitSource, (body: JsonObject, eventName: string | null) => Recognition> = {
  github: (body, eventName) => recogniseGithub(eventName, body),
  bitbucket: (body, eventName) => recogniseBitbucket(eventName, body),
  commits: (body) => recogniseListedCommits(body),
};

/** What GitHub sends under the content type `application/x-www-form-urlencoded`. */
const isForm = (bytes: Uint8Array): boolean => Buffer.from(bytes.subarray(0, 8)).toString() === 'payload=';

/**
 * The body of a delivery from a commit source, recognised, or the problem under which it is quarantined.
 * Never throws. A problem names paths and rules, never the sender's values.
 * @param eventName the sender's event header. Nobody signed it, so it names the event and decides nothing; our own
 * format has none.
 */
export const parseCommits = (
  source: CommitSource,
  eventName: string | null,
  bytes: Uint8Array,
): ParsedCommits => {
  if (source === 'github' && isForm(bytes)) return notJson(A_FORM);
  const json = readJson(bytes, EMPTY);
  if (json.kind === 'refused') return json;
  if (!isJsonObject(json.value)) return notACommitDelivery([NO_OBJECT]);
  const recognition = RECOGNISE[source](json.value, eventName);
  return 'recognised' in recognition
    ? { kind: 'delivery', delivery: recognition.recognised }
    : notACommitDelivery(recognition.errors);
};
