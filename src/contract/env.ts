import * as z from 'zod/mini';
import { ConfigError } from '../errors/errors.ts';
import { ENV, SECRET_VARIABLES } from './env-variables.ts';

type Schemas = { [K in keyof typeof ENV]: (typeof ENV)[K]['schema'] };

const schemas = Object.fromEntries(Object.entries(ENV).map(([name, entry]) => [name, entry.schema]));

const schema = z.object(schemas as Schemas);

/** The parsed environment; `on_lambda` is true inside the Lambda runtime. */
export type Env = Readonly<z.output<typeof schema>> & { readonly on_lambda: boolean };

const secretNames: readonly string[] = Object.values(SECRET_VARIABLES);

/** An empty value counts as unset; an empty secret is an error below. */
const withoutEmpty = (source: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));

/**
 * The environment, parsed once at start and frozen.
 * @throws ConfigError naming every wrong variable, without its value: it may be a secret.
 */
export const readEnv = (source: NodeJS.ProcessEnv): Env => {
  const result = schema.safeParse(withoutEmpty(source));
  const problems = result.success
    ? []
    : result.error.issues.map((issue) => `${String(issue.path[0])} ${issue.message}`);
  const on_lambda = source.AWS_LAMBDA_FUNCTION_NAME !== undefined;
  if (on_lambda && result.data?.ALLOW_PRIVATE_TARGETS)
    problems.push('ALLOW_PRIVATE_TARGETS must not be true on Lambda: it is for a laptop');
  for (const name of secretNames)
    if (source[name] === '') problems.push(`${name} must not be empty: set a secret or unset it`);
  if (problems.length > 0 || !result.success)
    throw new ConfigError(`Wrong environment: ${problems.join('; ')}`);
  return Object.freeze({ ...result.data, on_lambda });
};
