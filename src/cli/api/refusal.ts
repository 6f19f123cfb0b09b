import * as z from 'zod/mini';
import { HOME } from '../../wiring/open.ts';
import { CommandError } from '../shared/command.ts';

const problem = z.object({
  type: z.optional(z.string()),
  detail: z.optional(z.string()),
  /** In answers of API Gateway itself. */
  message: z.optional(z.string()),
  errors: z.optional(z.array(z.object({ path: z.string(), message: z.string() }))),
});

type Problem = z.output<typeof problem>;

type Asked = { method: string; url: URL };

/** The API refused the request. */
export class RefusedError extends CommandError {
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** Why a request was refused, and what to do about it. Quotes only the answer, never what was sent. */
export const explainRefusal = (
  { status, body }: { status: number; body: string },
  asked: Asked,
): RefusedError => {
  const said = parse(body);
  const type = said.type?.slice(said.type.lastIndexOf(':') + 1) ?? `the gateway's ${status}`;
  const told = describe(said, asked) || `${asked.url.origin} answered ${status}`;
  return new RefusedError(WORDS.get(type)?.(asked, told) ?? told, status);
};

const parse = (body: string): Problem => {
  try {
    return problem.parse(JSON.parse(body));
  } catch {
    return {};
  }
};

/** Names each field by the option that sets it. */
const describe = ({ detail, message, errors = [] }: Problem, { url }: Asked): string => {
  if (errors.length === 0) return detail ?? message ?? '';
  return errors
    .map((error) => `${flagOf(error.path)}: ${inFlags(error.message)}${hintFor(error, url)}`)
    .join('\n');
};

const inFlags = (message: string): string =>
  message.replace('send secret_encoding: text', 'give --secret-encoding text');

/** Only a local instance can be set to accept private targets, never a deployment. */
const hintFor = ({ path, message }: { path: string; message: string }, { hostname }: URL): string =>
  path === 'url' && /begin with https|no public address/.test(message) && hostname === '127.0.0.1'
    ? '\nFor a target on this machine start it so: ALLOW_PRIVATE_TARGETS=true npm start'
    : '';

/** The name of a field may be followed by one of its entries: an index in a list, or the name of a header. */
const flagOf = (path: string): string => {
  const named = FLAGS.get(path);
  if (named !== undefined) return named;
  const [field = path, entry = ''] = /^((?:filter\.)?[^.]+)\.?(.*)$/.exec(path)?.slice(1) ?? [];
  const flag = FLAGS.get(field);
  if (flag === undefined) return path;
  return entry === '' || /^\d+$/.test(entry) ? flag : `${flag} ${entry}`;
};

/** The option that sets each field. */
const FLAGS: ReadonlyMap<string, string> = new Map([
  ['name', '--name'],
  ['kind', '--kind'],
  ['auth', '--auth'],
  ['header_name', '--header-name'],
  ['site_url', '--site'],
  ['site_hosts', '--site-hosts'],
  ['project_keys', '--projects'],
  ['allowed_cidrs', '--allowed-cidrs'],
  ['user_agent_prefix', '--user-agent-prefix'],
  ['rate', '--rate'],
  ['rate.per_minute', '--rate'],
  ['default_event_type', '--default-event-type'],
  ['secret_encoding', '--secret-encoding'],
  ['imported', '--secret-file'],
  ['grace_hours', '--grace-hours'],
  ['reason', '--reason'],
  ['url', '--url'],
  ['headers', '--header-file'],
  ['secret', '--secret-file'],
  ['filter.event_types', '--event'],
  ['filter.projects', '--project'],
  ['filter.sources', '--source'],
  ['filter.connections', '--connection'],
  ['filter.issue_types', '--issue-type'],
  ['filter.priorities', '--issue-priority'],
  ['filter.request_types', '--request-type'],
  ['filter.labels', '--label'],
  ['filter.changed_fields', '--changed-field'],
  ['filter.except_actors', '--except-actor'],
  ['format', '--format'],
  ['signature', '--signature'],
  ['priority', '--priority'],
  ['concurrency', '--concurrency'],
  ['rate_per_second', '--rate'],
  ['timeout_seconds', '--timeout'],
  ['retry', '--retry'],
  ['event_id', 'the event'],
]);

type Words = (asked: Asked, told: string) => string;

/** What the request was about, by its path. */
const aboutOf = ({ pathname }: URL): { tenant: string; what: string | null; id: string | null } => {
  const [, tenant = HOME, what, id] = ABOUT.exec(pathname) ?? [];
  return { tenant, what: what ?? null, id: id ?? null };
};

const ABOUT = /^(?:\/t\/([^/]+))?\/(connection|subscription|execution|event|issue)s(?:\/([^/]+))?/;

const changedMeanwhile = (url: URL): string =>
  `The ${aboutOf(url).what ?? 'row'} was changed meanwhile by somebody else, so nothing was changed now: run it again.`;

/** What is missing may be another thing that the request names, such as an event, while the subscription exists. */
const nothingThere = (url: URL, told: string): string => {
  const { tenant, what, id } = aboutOf(url);
  const missing = /^No (\w+) with this id/.exec(told)?.[1] ?? what;
  const named = missing === what && id !== null ? `${what} ${id}` : `such ${missing ?? url.pathname}`;
  return `In tenant ${tenant} there is no ${named}. Other tenants: --tenant NAME`;
};

/** Messages by problem type. Of other types, the answer's own text is enough. */
const WORDS: ReadonlyMap<string, Words> = new Map<string, Words>([
  ['stale-revision', ({ url }) => changedMeanwhile(url)],
  ['revision-required', ({ url }) => changedMeanwhile(url)],
  [
    'no-master',
    () =>
      'The secret has no master to make keys of. Make one: npm run connections -- init (with --stage for a deployment)',
  ],
  [
    'rotation-under-way',
    (_asked, told) =>
      `${told.split('. ')[0]}, and only one can: wait until then, or end it at once with --force.`,
  ],
  [
    'token-required',
    ({ url }) => `${url.origin} did not accept the token of its record: was it started again?`,
  ],
  ['not-found', ({ url }, told) => nothingThere(url, told)],
  ['other-site', (_asked, told) => told.replace('site_url', '--site')],
  [
    'temporarily-unavailable',
    () => 'Something it needs is not available, and nothing was changed: run it again.',
  ],
  [
    "the gateway's 403",
    ({ method, url }) =>
      `Your AWS credentials may not do this: they need execute-api:Invoke on ${method}${url.pathname} of this API.`,
  ],
]);
