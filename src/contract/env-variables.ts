import * as z from 'zod/mini';
import { COMMIT_SOURCES, type CommitSource, forEachSource, type Source } from '../domain/source.ts';
import {
  baseUrl,
  cidrs,
  hostNames,
  LOG_LEVELS,
  projectKeys,
  text,
  token,
  trueOrFalse,
  url,
  userName,
  wholeNumber,
} from './env-values.ts';

type EnvEntry = { schema: z.ZodMiniType; meaning: string; standard: string };

type SecretVariable<S extends Source> = `${Uppercase<S>}_WEBHOOK_SECRET`;

/** For each source, the variable that overrides its secret. */
export const SECRET_VARIABLES = forEachSource(
  // `toUpperCase` loses the literal type.
  (source) => `${source.toUpperCase()}_WEBHOOK_SECRET` as SecretVariable<Source>,
);

const secret = z.optional(text);

const overrideOf = (source: CommitSource) => ({
  schema: secret,
  meaning: `local override for \`POST /webhooks/${source}\`; wins over the ARN`,
  standard: 'unset: the ARN, else the source is off (404)',
});

// `fromEntries` loses the key types; these are the variables of all commit sources.
const overrides = Object.fromEntries(
  COMMIT_SOURCES.map((source) => [SECRET_VARIABLES[source], overrideOf(source)]),
) as Record<SecretVariable<CommitSource>, ReturnType<typeof overrideOf>>;

/** Every environment variable of the project: its schema, and its meaning and default for people. */
export const ENV = {
  JIRA_WEBHOOK_SECRET_ARN: {
    schema: z.optional(text),
    meaning: 'Secrets Manager secret, a JSON object',
    standard: 'required on AWS',
  },
  JIRA_WEBHOOK_SECRET: {
    schema: z.optional(text),
    meaning: 'local override; wins over the ARN',
    standard: '`npm start` generates one and prints it',
  },
  ...overrides,
  COMMITS_WEBHOOK_SECRET: {
    ...overrideOf('commits'),
    standard: '`npm start` generates one and prints it; without one: off (404)',
  },
  CONNECTIONS_MASTERS: {
    schema: z.optional(text),
    meaning:
      'local override: a JSON object with the masters from which credentials of connections are derived, as `connections_master_1`; wins over the ARN',
    standard: '`npm start` makes one',
  },
  JIRA_SITE_URL: {
    schema: z.optional(baseUrl),
    meaning: "Jira's own base URL, such as `https://acme.atlassian.net`",
    standard: 'unset: Jira is not asked, nothing is reconciled',
  },
  JIRA_API_URL: {
    schema: z.optional(baseUrl),
    meaning:
      'where its API is, if elsewhere: `https://api.atlassian.com/ex/jira/{cloudId}` for scoped tokens of Cloud',
    standard: '`JIRA_SITE_URL`',
  },
  JIRA_API_USER: {
    schema: z.optional(userName),
    meaning: 'e-mail address of the account whose API token is used (Jira Cloud)',
    standard: 'unset: the token is sent as Bearer (a personal access token of Data Center)',
  },
  JIRA_API_TOKEN: {
    schema: z.optional(token),
    meaning: 'token to read Jira with; wins over the ARN',
    standard: 'unset: the ARN',
  },
  JIRA_API_SECRET_ARN: {
    schema: z.optional(text),
    meaning:
      'Secrets Manager secret, a JSON object that holds the token as `jira_api_token`; only `reconcile` may read it',
    standard: 'required on AWS with a site',
  },
  JIRA_ADMIN_USER: {
    schema: z.optional(userName),
    meaning:
      'the same for an administrator, for `npm run jira-webhook` and `rotate-secret` with `--register` only; never stored',
    standard: '`JIRA_API_USER`',
  },
  JIRA_ADMIN_TOKEN: {
    schema: z.optional(token),
    meaning:
      'token of an administrator, for `npm run jira-webhook` and `rotate-secret` with `--register` only; never stored',
    standard: '`JIRA_API_TOKEN`',
  },
  RECONCILE_PROJECTS: {
    schema: z.optional(projectKeys),
    meaning:
      'only these projects are reconciled: their keys, separated by commas. One that is deleted, or that the account may not browse, is left out',
    standard: 'unset: all that the account may see',
  },
  RECONCILE_RATE: {
    schema: z._default(wholeNumber(1, 1_000), 2),
    meaning: 'requests to Jira a second at most while reconciling',
    standard: '`2`',
  },
  TABLE_NAME: {
    schema: z._default(
      text.check(z.regex(/^[A-Za-z0-9_.-]{3,255}$/, 'must be 3-255 of A-Z a-z 0-9 _ . -')),
      'jira-webhook-sync',
    ),
    meaning: 'the DynamoDB table',
    standard: '`jira-webhook-sync`',
  },
  ARTIFACTS_BUCKET: {
    schema: z.optional(text),
    meaning: 'S3 bucket of the artifacts',
    standard: 'unset: a folder',
  },
  ARTIFACTS_DIR: {
    schema: z.optional(text),
    meaning: 'folder used instead of the bucket; keys begin with `artifacts/` in both',
    standard: 'the project folder',
  },
  RC_LOG_JSON: {
    schema: z.optional(trueOrFalse),
    meaning: '`true`: JSON log lines, `false`: readable ones; functions on Lambda always log JSON',
    standard: '`true` on Lambda, else `false`',
  },
  LOG_LEVEL: {
    schema: z._default(z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`), 'info'),
    meaning: "pino's level",
    standard: '`info`',
  },
  MAX_BODY_BYTES: {
    schema: z._default(wholeNumber(1, 100_000_000), 4_000_000),
    meaning: 'largest body accepted, after base64 decoding (its base64 must fit a Lambda invocation of 6 MB)',
    standard: '`4000000`',
  },
  EVENT_RETENTION_DAYS: {
    schema: z._default(wholeNumber(1, 3650), 30),
    meaning: 'days until an event expires; quarantined ones live three times as long',
    standard: '`30`',
  },
  SECRET_GRACE_HOURS: {
    schema: z._default(wholeNumber(0, 8760), 24),
    meaning: 'hours for which AWSPREVIOUS still verifies after an overwrite by hand',
    standard: '`24`',
  },
  ALLOWED_CIDRS: {
    schema: z.optional(cidrs),
    meaning: 'client addresses that may deliver, as CIDR blocks separated by commas',
    standard: 'unset: any',
  },
  EXECUTIONS: {
    schema: z._default(z.enum(['on', 'off'], 'must be on or off'), 'on'),
    meaning: '`off`: nothing is published or sent',
    standard: '`on`; on AWS what the context `executions` says',
  },
  SEND_FUNCTION_NAME: {
    schema: z.optional(text),
    meaning: 'the Lambda function that sends: hints and pings go to it',
    standard: 'unset: sending is called in this process',
  },
  ALARM_TOPIC_ARN: {
    schema: z.optional(text),
    meaning: 'SNS topic for messages about targets that open or are disabled',
    standard: 'unset: a log line says so',
  },
  GIT_SHA: {
    schema: z.optional(text),
    meaning: 'commit of the build',
    standard: 'set at build; locally from git; else `unknown`',
  },
  PORT: {
    schema: z._default(wholeNumber(0, 65_535), 8080),
    meaning: 'local server: port (0: any free one)',
    standard: '`8080`',
  },
  HOST: {
    schema: z._default(text, '127.0.0.1'),
    meaning: 'local server: address to listen on',
    standard: '`127.0.0.1`',
  },
  ALLOWED_HOSTS: {
    schema: z.optional(hostNames),
    meaning: 'local server: host names it answers to, such as that of a tunnel, separated by commas',
    standard: 'unset: `localhost`, loopback addresses and `HOST`',
  },
  LOCAL_DB_PATH: {
    schema: z.optional(text),
    meaning: 'local server: file that keeps the embedded database between runs',
    standard: 'unset: in memory',
  },
  ALLOW_PRIVATE_TARGETS: {
    schema: z.optional(trueOrFalse),
    meaning:
      '`true`, for a laptop: executions may go to http and to private addresses too; on Lambda it stops the start',
    standard: '`false`',
  },
  OWN_HOSTS: {
    schema: z.optional(hostNames),
    meaning:
      'names of the hosts of this service, separated by commas: no execution is sent there, because that would be a loop',
    standard: "set on AWS to the API's; unset: none",
  },
  AWS_ENDPOINT_URL_DYNAMODB: {
    schema: z.optional(url),
    meaning: "the SDK's own: use this DynamoDB",
    standard: 'unset: embedded locally, AWS on Lambda',
  },
  AWS_ENDPOINT_URL_SECRETS_MANAGER: {
    schema: z.optional(url),
    meaning: "the SDK's own: use this Secrets Manager",
    standard: 'unset: AWS',
  },
} satisfies Record<string, EnvEntry>;
