import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import * as z from 'zod';

const FILE = join(import.meta.dirname, '../../docs/openapi.yaml');

const parameter = z.looseObject({ name: z.string(), in: z.string(), schema: z.looseObject({}) });
const reference = z.strictObject({ $ref: z.string() });
const response = z.strictObject({
  description: z.string(),
  headers: z.record(z.string(), z.looseObject({ required: z.literal(true) })).optional(),
  content: z.record(z.string(), z.strictObject({ schema: z.unknown() })).optional(),
});
const operation = z.looseObject({
  operationId: z.string(),
  parameters: z.array(z.union([parameter, reference])).default([]),
  security: z.array(z.record(z.string(), z.array(z.string()))).default([]),
  requestBody: z.looseObject({ content: z.strictObject({ 'application/json': z.unknown() }) }).optional(),
  responses: z.record(z.string(), z.union([response, reference])),
});
const document = z.looseObject({
  openapi: z.string(),
  info: z.looseObject({ version: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.looseObject({
    securitySchemes: z.record(z.string(), z.looseObject({ name: z.string() })),
    parameters: z.record(z.string(), parameter),
    responses: z.record(z.string(), response),
    schemas: z.record(z.string(), z.unknown()),
  }),
});

const source: unknown = parse(readFileSync(FILE, 'utf8'));

/** `docs/openapi.yaml`, parsed. */
export const openapi = document.parse(source);

type Operation = z.output<typeof operation>;

/** Every operation with its method and path. */
export const operations = Object.entries(openapi.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, found]) => ({ method: method.toUpperCase(), path, ...found })),
);

/** The operation's parameters, references followed. */
export const parametersOf = (found: Pick<Operation, 'parameters'>) =>
  found.parameters.map((given) => {
    if (!reference.safeParse(given).success) return parameter.parse(given);
    return parameter.parse(
      openapi.components.parameters[reference.parse(given).$ref.split('/').at(-1) ?? ''],
    );
  });

/** Strict, so that a keyword that is spelt wrong fails instead of checking nothing. */
const ajv = new Ajv2020({
  strict: true,
  strictRequired: false,
  strictTypes: false,
  allErrors: true,
  formats: { date: true },
});
// The document is added whole, so that references work; these are the only names beside its schemas.
ajv.addVocabulary(['openapi', 'info', 'servers', 'paths', 'components']);
ajv.addSchema(z.looseObject({}).parse(source), 'openapi');

/** The documented response of an operation: where it stands, and what it says. */
const responseOf = (operationId: string, status: number) => {
  const found = operations.find((known) => known.operationId === operationId);
  const documented = found?.responses[String(status)];
  if (!found || !documented) throw new Error(`${operationId} ${status} is not documented`);
  const own = ['paths', found.path, found.method.toLowerCase(), 'responses', String(status)];
  const shared = reference.safeParse(documented);
  if (!shared.success) return { place: own, response: response.parse(documented) };
  const name = shared.data.$ref.split('/').at(-1) ?? '';
  return {
    place: ['components', 'responses', name],
    response: response.parse(openapi.components.responses[name]),
  };
};

const toPointer = (place: string[]): string =>
  place.map((part) => `/${encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('');

const validators = new Map<string, ValidateFunction>();

const validatorAt = (place: string[]): ValidateFunction => {
  const $ref = `openapi#${toPointer(place)}`;
  const validate = validators.get($ref) ?? ajv.compile({ $ref });
  validators.set($ref, validate);
  return validate;
};

const errorsOf = (place: string[], value: unknown, what: string): string[] => {
  const validate = validatorAt(place);
  return validate(value) ? [] : [`${what}: ${ajv.errorsText(validate.errors, { dataVar: '' })}`];
};

/** What is wrong with a body, by the schema of this operation, status and media type. */
export const bodyErrors = (
  operationId: string,
  status: number,
  mediaType: string,
  body: unknown,
): string[] => {
  const { place, response } = responseOf(operationId, status);
  if (!response.content && mediaType === '' && body === '') return [];
  if (!response.content?.[mediaType]) return [`${operationId} ${status} is not documented as ${mediaType}`];
  return errorsOf([...place, 'content', mediaType, 'schema'], body, 'body');
};

/** What is wrong with the headers: one that is documented is missing or has another value. */
export const headerErrors = (operationId: string, status: number, headers: Headers): string[] => {
  const { place, response } = responseOf(operationId, status);
  return Object.keys(response.headers ?? {}).flatMap((name) => {
    const value = headers.get(name);
    if (value === null) return [`header ${name} is missing`];
    return errorsOf([...place, 'headers', name, 'schema'], value, `header ${name}`);
  });
};

/** What is wrong with a body that is sent to an operation, by its documented schema. */
export const requestErrors = (operationId: string, body: unknown): string[] => {
  const found = operations.find((known) => known.operationId === operationId);
  if (!found?.requestBody) throw new Error(`${operationId} has no documented request body`);
  const own = ['paths', found.path, found.method.toLowerCase(), 'requestBody', 'content', 'application/json'];
  return errorsOf([...own, 'schema'], body, 'request');
};
