import type { Env } from '../contract/env.ts';
import { ConfigError } from '../errors/errors.ts';

/** A Jira site, and how to call it. `url` and `api` have no trailing slash. */
export type JiraSite = {
  /** Value of the `authorization` header; must never be shown. */
  authorization: string;
  /** Jira's own base URL. */
  url: string;
  /** Where its API is. */
  api: string;
};

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

/** The address of the configured site. @throws ConfigError when none is set */
export const siteAddress = (env: Env): Pick<JiraSite, 'url' | 'api'> => {
  const url = env.JIRA_SITE_URL;
  if (url === undefined)
    throw new ConfigError('Which Jira? Set JIRA_SITE_URL, such as https://acme.atlassian.net');
  return { url: withoutSlash(url), api: withoutSlash(env.JIRA_API_URL ?? url) };
};

/** With a user: basic authentication (Cloud). Without: a personal access token (Data Center). */
export const authorizationOf = (user: string | undefined, token: string): string =>
  user === undefined ? `Bearer ${token}` : `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`;

/**
 * The configured site with an administrator's login: JIRA_ADMIN_…, with JIRA_API_… as the default for each.
 * @throws ConfigError when the site or the credentials are not set
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
