import { isLoopback, isSafeUrl } from '../../domain/safe-url.ts';
import type { Listed } from '../../jira/webhooks/webhook.ts';
import { UsageError } from '../shared/command.ts';

const WEBHOOK_PATH = '/webhooks/jira';

const hostOf = (text: string): string => URL.parse(text)?.hostname ?? '';

/**
 * Where Jira is to deliver; a bare address gets the path of the webhook.
 * @throws UsageError when it is not safe, or Jira cannot get there
 */
export const readAddress = (text: string, jiraUrl: string): string => {
  const url = URL.parse(text);
  if (!isSafeUrl(url) || url.username + url.password !== '')
    throw new UsageError('The URL that Jira delivers to must be https, without user and password');
  if (url.pathname === '/') url.pathname = WEBHOOK_PATH;
  if (isLoopback(url) && !isLoopback(URL.parse(jiraUrl)))
    throw new UsageError(
      `Jira cannot reach ${url.host}, which is this machine: give --stage, or --url with an address that Jira can reach, such as a tunnel's`,
    );
  return url.href;
};

/** A query adds variables of Jira's and leads nowhere else. */
const placeOf = (text: string): string | null => {
  const url = URL.parse(text);
  return url && `${url.origin}${url.pathname}`;
};

export const isSameAddress = (one: string, other: string): boolean =>
  placeOf(one) !== null && placeOf(one) === placeOf(other);

/** Meant for us, it seems, but not what we listen to: another host or stage, or a slash too many. */
export const isAlike = ({ url: text }: Listed, ours: string): boolean => {
  const path = URL.parse(text)?.pathname.replace(/\/+$/, '');
  return path === WEBHOOK_PATH || hostOf(text) === hostOf(ours);
};

/** What people may see of an address: its query, or a login, may be a secret. */
export const showAddress = (text: string): string => placeOf(text) ?? 'an unreadable address';

/** A webhook by its name, without control characters of a terminal. */
export const showWebhook = ({ id, name }: Pick<Listed, 'id' | 'name'>): string =>
  `"${name.replace(/\p{C}/gu, '?').slice(0, 80)}" (${id})`;
