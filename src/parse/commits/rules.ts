import * as z from 'zod/mini';
import { isRepositoryName } from '../../domain/commit.ts';
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
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
export const isThere = (value: Json | undefined): boolean => value !== undefined && value !== null;

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
