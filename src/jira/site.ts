import type { Env } from '../contract/env.ts';
import { ConfigError } from '../errors/errors.ts';

/** A Jira site, and how to ask it. The last two hold no slash at their end. */
export type JiraSite = {
  /** Value of the header of that name: never to be shown. */
  authorization: string;
  /** What Jira calls itself. */
  url: string;
  /** Where its API is. */
  api: string;
};

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

/** Where the site of the environment is. @throws ConfigError when none is named */
export const siteAddress = (env: Env): Pick<JiraSite, 'url' | 'api'> => {
  const url = env.JIRA_SITE_URL;
  if (url === undefined)
    throw new ConfigError('Which Jira? Set JIRA_SITE_URL, such as https://acme.atlassian.net');
  return { url: withoutSlash(url), api: withoutSlash(env.JIRA_API_URL ?? url) };
};

/** With a user it is basic authentication (Cloud), without one a personal access token (Data Center). */
export const authorizationOf = (user: string | undefined, token: string): string =>
  user === undefined ? `Bearer ${token}` : `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`;

/**
 * The site of the environment as an administrator: with JIRA_ADMIN_… or, where one is unset, JIRA_API_….
 * @throws ConfigError when it is not named or there are no credentials
 */
export const adminSite = (env: Env): JiraSite => {
  const address = siteAddress(env);
  const token = env.JIRA_ADMIN_TOKEN ?? env.JIRA_API_TOKEN;
  if (token === undefined)
    throw new ConfigError(
      'No credentials for Jira: set JIRA_ADMIN_TOKEN, and for Jira Cloud JIRA_ADMIN_USER, in the environment',
    );
  return { ...address, authorization: authorizationOf(env.JIRA_ADMIN_USER ?? env.JIRA_API_USER, token) };
};
