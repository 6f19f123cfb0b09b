import type * as z from 'zod/mini';
import type { FieldError } from '../domain/delivery.ts';
import { BadRequestError } from '../errors/errors.ts';
import type { HttpRequest } from '../http/request.ts';
import { Refusal } from './refusal.ts';

/** More than ten times the size of any form. */
const MOST_BYTES = 100_000;

/** Parses and checks the body; an empty one counts as `{}`. @throws BadRequestError with each wrong field, Refusal */
export const readForm = <T>(schema: z.ZodMiniType<T>, request: HttpRequest): T => {
  if (request.body_bytes > MOST_BYTES)
    throw new Refusal('body-too-large', 413, `The body may have ${MOST_BYTES} bytes.`);
  const result = schema.safeParse(parse(request.readBody()));
  if (!result.success) throw wrongFields(result.error.issues.flatMap(toErrors));
  return result.data;
};

/** @throws BadRequestError */
export const wrongFields = (errors: FieldError[]): BadRequestError => {
  const shown = errors.slice(0, MOST_ERRORS);
  return new BadRequestError(shown.map(asText).join('; '), shown);
};

const MOST_ERRORS = 20;

const asText = ({ path, message }: FieldError): string =>
  path === '' ? `The body ${message}` : `${path}: ${message}`;

const NOT_JSON = 'must be a JSON object in UTF-8';

const parse = (bytes: Uint8Array): unknown => {
  if (bytes.length === 0) return {};
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw wrongFields([{ path: '', message: NOT_JSON }]);
  }
};

type Issue = z.core.$ZodIssue;

/** Answers repeat nothing of the request except field names, cut to this length. */
const MOST_NAME = 64;

const toErrors = (issue: Issue): FieldError[] => {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: [...path, key.slice(0, MOST_NAME)].join('.'),
      message: 'is not a field that can be set here: leave it out',
    }));
  const message = path.length === 0 && issue.code === 'invalid_type' ? NOT_JSON : issue.message;
  return [{ path: path.join('.'), message }];
};
