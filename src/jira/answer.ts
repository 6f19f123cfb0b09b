import * as z from 'zod/mini';
import { JiraError } from './jira-error.ts';

/** A complete answer. */
export type Answer = { status: number; headers: Headers; text: string };

const REMEDIES = new Map<number, ['login' | 'permission' | 'missing' | 'removed' | 'busy', string]>([
  [
    401,
    [
      'login',
      'Jira rejected the credentials. Is the token correct and not expired? Jira Cloud also needs the e-mail address (JIRA_API_USER or JIRA_ADMIN_USER), Data Center must not have it.',
    ],
  ],
  [
    403,
    [
      'permission',
      'the account lacks the permission (reading needs "Browse projects", webhooks need "Administer Jira"), or must log in by browser first after failed logins.',
    ],
  ],
  [
    404,
    [
      'missing',
      'not found, or the account may not see it. Is JIRA_SITE_URL, or JIRA_API_URL, the base URL with its path?',
    ],
  ],
  [410, ['removed', 'Jira has removed this part of its API: this program is too old for it.']],
  [429, ['busy', 'Jira limits the rate of requests: try again later.']],
]);

const refusal = (status: number): JiraError => {
  const [fault, words] = REMEDIES.get(status) ?? [];
  if (fault !== undefined) return new JiraError(fault, `${words} (${status})`);
  if (status >= 300 && status < 400)
    return new JiraError(
      'redirect',
      `Jira answered with a redirect, which is not followed: JIRA_SITE_URL, or JIRA_API_URL, must be its own base URL, with https. (${status})`,
    );
  if (status === 500)
    return new JiraError(
      'failing',
      `Jira failed at this request repeatedly: its own log says why. (${status})`,
    );
  if (status >= 500)
    return new JiraError('down', `Jira, or a proxy in front of it, failed: try again later. (${status})`);
  return new JiraError(
    'refused',
    `Jira rejected the request: something that it names does not exist, or is not for this account. Of a search: do the projects of RECONCILE_PROJECTS exist, and may the account browse them? (${status})`,
  );
};

/** @throws JiraError when the status is not 2xx */
export const checkStatus = ({ status }: Pick<Answer, 'status'>): void => {
  if (status < 200 || status > 299) throw refusal(status);
};

/**
 * Some Jiras do not reject a failed login: they answer as to an anonymous caller, perhaps with no results.
 * @throws JiraError when the headers report a failed login
 */
export const checkLogin = ({ status, headers }: Answer): void => {
  const reasons = (headers.get('x-seraph-loginreason') ?? '').split(/[\s,]+/);
  const isRefused = !reasons.includes('OK') && reasons.some((reason) => /FAILED|DENIED/.test(reason));
  if (isRefused && (status < 300 || status === 404)) throw refusal(401);
};

const jirasError = z.object({
  errorMessages: z.array(z.string()).check(z.minLength(1)),
  errors: z.optional(z.record(z.string(), z.unknown())),
});

/** Whether Jira itself says that the thing does not exist or is hidden. A 404 from any other program does not count. */
export const saysNoSuchThing = (answer: Answer): boolean => {
  if (answer.status !== 404) return false;
  try {
    return z.safeParse(jirasError, parseJson(answer)).success;
  } catch {
    return false;
  }
};

/** The time of the answer, by Jira's clock. @throws JiraError without a usable `Date` header */
export const dateOf = ({ headers }: Pick<Answer, 'headers'>): number => {
  const text = headers.get('date') ?? '';
  const ms = / GMT$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  throw new JiraError(
    'unknown_shape',
    'Jira answered without a usable Date header, so the time of the answer is unknown. A proxy must not remove that header.',
  );
};

const parseJson = ({ headers, text }: Answer): unknown => {
  if (text === '') return undefined;
  try {
    if (!/\bhtml\b/i.test(headers.get('content-type') ?? '')) return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text.
  }
  throw new JiraError(
    'not_json',
    'Jira answered with a web page instead of JSON: a login page or a proxy? Is JIRA_SITE_URL, or JIRA_API_URL, right?',
  );
};

const pathOf = (path: PropertyKey[] | undefined): string =>
  path === undefined || path.length === 0 ? 'all of it' : path.slice(0, 4).map(nameOf).join('.');

/** Sanitizes a property name, which the server may choose freely. */
const nameOf = (key: PropertyKey): string =>
  typeof key === 'symbol' ? '?' : String(key).replace(/\W/g, '?').slice(0, 40);

/** The value of a successful answer; an empty body is undefined. @throws JiraError when it has another shape */
export const readValue = <T>(schema: z.ZodMiniType<T>, answer: Answer): T => {
  const result = z.safeParse(schema, parseJson(answer));
  if (result.success) return result.data;
  throw new JiraError(
    'unknown_shape',
    `Jira's answer has an unexpected shape (${pathOf(result.error.issues[0]?.path)}). Is JIRA_SITE_URL, or JIRA_API_URL, a Jira?`,
  );
};

const LONGEST_SECONDS = 86_400;

/** The earliest time for the next request by `Retry-After`, in epoch milliseconds, at most a day ahead; else null. */
export const retryAfter = ({ headers }: Pick<Answer, 'headers'>, nowMs: number): number | null => {
  const text = headers.get('retry-after')?.trim() ?? '';
  const last = nowMs + LONGEST_SECONDS * 1000;
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(nowMs + Number(text) * 1000, last);
  const date = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? null : Math.min(date, last);
};
