import { isLoopback, isSafeUrl } from '../../domain/safe-url.ts';
import type { Listed } from '../../jira/webhooks/webhook.ts';
import { UsageError } from '../shared/command.ts';

const WEBHOOK_PATH = '/webhooks/jira';

const hostOf = (text: string): string => URL.parse(text)?.hostname ?? '';

/**
 * The URL for Jira to deliver to; a bare address gets the path of the webhook.
 * @throws UsageError when it is not safe, or Jira cannot reach it
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

/** Drops the query: it adds Jira's variables and does not change the destination. */
const placeOf = (text: string): string | null => {
  const url = URL.parse(text);
  return url && `${url.origin}${url.pathname}`;
};

export const isSameAddress = (one: string, other: string): boolean =>
  placeOf(one) !== null && placeOf(one) === placeOf(other);

/** True for a webhook that is probably meant for us but has a wrong URL: another host or stage, or a slash too many. */
export const isAlike = ({ url: text }: Listed, ours: string): boolean => {
  const path = URL.parse(text)?.pathname.replace(/\/+$/, '');
  return path === WEBHOOK_PATH || hostOf(text) === hostOf(ours);
};

/** An address without its query and login, which may be secrets. */
export const showAddress = (text: string): string => placeOf(text) ?? 'an unreadable address';

/** The name and id of a webhook, with control characters replaced. */
export const showWebhook = ({ id, name }: Pick<Listed, 'id' | 'name'>): string =>
  `"${name.replace(/\p{C}/gu, '?').slice(0, 80)}" (${id})`;
