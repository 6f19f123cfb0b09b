import * as z from 'zod/mini';
import {
  baseUrl,
  cidrs,
  MOST_LIST_CHARACTERS,
  projectKeys,
  userName,
  wholeNumber,
} from '../src/contract/env-values.ts';
import { BATCH_WINDOW_SECONDS } from '../src/contract/functions.ts';
import { nearestName } from './nearest-name.ts';
import { parseQuietHours } from './quiet-hours.ts';

/** An invalid context value; the message names the key and says what to do. Stops synth. */
export class ContextError extends Error {
  override readonly name = 'ContextError';
}

/** Lambda developer guide, "Process DynamoDB records with Lambda": `MaximumBatchingWindowInSeconds`. */
const MOST_WINDOW_SECONDS = 300;

const matching = (pattern: RegExp, message: string) => z.string().check(z.regex(pattern, message));

/** The text unchanged, checked with the schema by which the function reads it. */
const textFor = (reader: z.ZodMiniType) =>
  z.string().check((context) => {
    const result = reader.safeParse(context.value);
    if (!result.success)
      context.issues.push({
        code: 'custom',
        input: context.value,
        message: result.error.issues[0]?.message ?? '',
      });
  });

/** A list that fits into a function's environment. @param shorter how to shorten it, for the message */
const listFor = (reader: z.ZodMiniType, shorter: string) =>
  textFor(reader).check(
    z.maxLength(
      MOST_LIST_CHARACTERS,
      `must have ${MOST_LIST_CHARACTERS} characters at most, since a function's whole environment may have 4 KB: ${shorter}`,
    ),
  );

/** https only: a function on Lambda has no Jira on its own machine. */
const httpsText = textFor(baseUrl).check(
  z.refine((text) => !/^http:/i.test(text), 'must begin with https://'),
);

const quietHours = z.pipe(
  z
    .string()
    .check(
      z.refine(
        (text) => text === 'none' || parseQuietHours(text) !== null,
        'must be none, or Phoenix times such as 20:00-06:00 that leave at least two hours of the day',
      ),
    ),
  z.transform(parseQuietHours),
);

const ARN = /^arn:aws[a-z-]*:/.source;

/** All context values: `-c name=value`, or under `context` in cdk.json. */
const SCHEMAS = {
  stage: z._default(
    matching(
      /^[a-z][a-z0-9-]{0,19}$/,
      'must be 1-20 of a-z 0-9 -, a letter first: it becomes part of the name of the stack',
    ),
    'dev',
  ),
  alarmEmail: z.optional(matching(/^[^\s@,]+@[^\s@,]+\.[^\s@,]+$/, 'must be one e-mail address')),
  jiraWebhookSecretArn: z.optional(
    matching(
      new RegExp(`${ARN}secretsmanager:[a-z0-9-]+:\\d{12}:secret:\\S+-[A-Za-z0-9]{6}$`),
      'must be the whole ARN of a Secrets Manager secret, with the six characters at its end',
    ),
  ),
  throttleRate: z._default(wholeNumber(1, 10_000), 50),
  throttleBurst: z._default(wholeNumber(1, 5_000), 100),
  connectionThrottleRate: z._default(wholeNumber(1, 10_000), 50),
  connectionThrottleBurst: z._default(wholeNumber(1, 5_000), 100),
  retentionDays: z._default(wholeNumber(1, 3650), 30),
  batchWindowSeconds: z._default(wholeNumber(0, MOST_WINDOW_SECONDS), BATCH_WINDOW_SECONDS),
  allowedCidrs: z.optional(listFor(cidrs, 'join neighbouring blocks')),
  domainName: z.optional(
    matching(
      /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
      'must be a host name in lower case, such as webhooks.example.com',
    ),
  ),
  certificateArn: z.optional(
    matching(
      new RegExp(`${ARN}acm:[a-z0-9-]+:\\d{12}:certificate/[A-Za-z0-9-]+$`),
      'must be the ARN of an ACM certificate in the region of the stack',
    ),
  ),
  quietHours: z._default(z.nullable(quietHours), null),
  jiraSiteUrl: z.optional(httpsText),
  jiraApiUrl: z.optional(httpsText),
  jiraApiUser: z.optional(textFor(userName)),
  reconcileProjects: z.optional(listFor(projectKeys, 'leave it out, and let the account see no others')),
  reconcileRate: z.optional(wholeNumber(1, 1_000)),
  executions: z._default(z.enum(['on', 'off'], 'must be on or off'), 'off'),
  traces: z._default(z.enum(['on', 'off'], 'must be on or off'), 'off'),
  docsUrl: z.optional(
    matching(
      /^https:\/\/[^\s?#]{1,200}[^\s?#/]$/,
      'must be an https address that docs/ lies under, without a slash at its end',
    ),
  ),
} as const;

const schema = z.object(SCHEMAS);

type Values = z.output<typeof schema>;

/** The checked context. `quietHours` is null when there are none. */
export type StackContext = Readonly<Values> & {
  /** Stages called `prod…` retain their data when the stack is deleted, and reserve concurrency. */
  readonly production: boolean;
};

/** The names of all context values. */
export const CONTEXT_NAMES: readonly string[] = Object.keys(SCHEMAS);

/** Context keys of the CDK command line itself; all its other keys contain a `:`, `@` or `/`. */
const TOOL_KEYS = ['cli-telemetry', 'acknowledged-issue-numbers'];

const looksLikeOurs = (key: string): boolean => /^[\w-]+$/.test(key) && !TOOL_KEYS.includes(key);

const unknownKeys = (context: Record<string, unknown>): string[] =>
  Object.keys(context)
    .filter((key) => looksLikeOurs(key) && !CONTEXT_NAMES.includes(key))
    .map((key) => {
      const meant = nearestName(key, CONTEXT_NAMES);
      return `${key} is not known${meant ? `: did you mean ${meant}?` : ''}`;
    });

/** Values are text from the command line, and JSON from cdk.json; an empty one counts as unset. */
const textsOf = (context: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    CONTEXT_NAMES.map((name) => [name, context[name]] as const)
      .filter(([, value]) => value !== undefined && value !== '')
      .map(([name, value]) => [name, typeof value === 'number' ? String(value) : value]),
  );

const wrongValues = (result: z.core.util.SafeParseResult<Values>): string[] =>
  (result.error?.issues ?? []).map((issue) => {
    const text = issue.code === 'invalid_type' ? 'must be text' : issue.message;
    return `${String(issue.path[0])} ${text}`;
  });

const incomplete = (context: Record<string, unknown>): string[] => [
  ...(Boolean(context.domainName) === Boolean(context.certificateArn)
    ? []
    : ['domainName and certificateArn go together: set both, or neither']),
  ...(context.jiraSiteUrl
    ? []
    : OF_A_SITE.filter((name) => context[name]).map((name) => `${name} needs jiraSiteUrl`)),
];

const OF_A_SITE = ['jiraApiUrl', 'jiraApiUser', 'reconcileProjects', 'reconcileRate'];

const HOW = `Set values with -c name=value, or in cdk.json under "context". Names: ${CONTEXT_NAMES.join(', ')}.`;

/**
 * Checks all context values of the app.
 * @param context the whole context of the app, the CDK's own keys included
 * @throws ContextError that names every wrong or unknown key
 */
export const readContext = (context: Record<string, unknown>): StackContext => {
  const result = schema.safeParse(textsOf(context));
  const problems = [...unknownKeys(context), ...wrongValues(result), ...incomplete(context)];
  if (problems.length > 0 || !result.success)
    throw new ContextError(['Wrong context:', ...problems.map((problem) => `  ${problem}`), HOW].join('\n'));
  return Object.freeze({ ...result.data, production: result.data.stage.startsWith('prod') });
};
