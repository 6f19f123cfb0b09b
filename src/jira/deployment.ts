import * as z from 'zod/mini';
import { isLoopback } from '../domain/safe-url.ts';
import type { JiraClient } from './client.ts';
import { JiraError } from './jira-error.ts';
import type { JiraSite } from './site.ts';

/** The kind of Jira, which decides what its API offers. `name` is for people. */
export type Deployment = { kind: 'cloud' | 'data-center' | 'before-10'; name: string };

const serverInfo = z.object({
  baseUrl: z.optional(z.string()),
  deploymentType: z.optional(z.string()),
  version: z.optional(z.string()),
  versionNumbers: z.optional(z.array(z.number())),
});

type ServerInfo = z.output<typeof serverInfo>;

/** 0 if Jira does not report its version: only very old ones do not. */
const majorOf = ({ version, versionNumbers }: ServerInfo): number =>
  versionNumbers?.[0] ?? (Number.parseInt(version ?? '', 10) || 0);

/** A site without its differences in case of the host, default port and trailing slash. */
const siteOf = (text: string): string | null => {
  const url = URL.parse(text);
  return url && `${url.host}${url.pathname.replace(/\/+$/, '')}`;
};

/** Not compared for a loopback address: that is a tunnel, and Jira's own base URL differs. */
const isOther = (baseUrl: string | undefined, site: string): boolean =>
  baseUrl !== undefined && !isLoopback(URL.parse(site)) && siteOf(baseUrl) !== siteOf(site);

const versionOf = ({ version }: ServerInfo): string =>
  version !== undefined && /^[\w.-]{1,40}$/.test(version) ? version : 'of an unknown version';

/** @throws JiraError when it is a different site from the configured one, or not a Jira */
export const readDeployment = async (client: JiraClient, site: JiraSite): Promise<Deployment> => {
  const info = await client.send({ method: 'GET', path: '/rest/api/2/serverInfo', answer: serverInfo });
  if (isOther(info.baseUrl, site.url))
    throw new JiraError(
      'refused',
      'The base URL in the general settings of Jira differs from JIRA_SITE_URL: set JIRA_SITE_URL to it, and JIRA_API_URL to where the API is.',
    );
  if (info.deploymentType === 'Cloud') return { kind: 'cloud', name: 'Jira Cloud' };
  const name = `Jira Data Center or Server ${versionOf(info)}`;
  return { kind: majorOf(info) >= 10 ? 'data-center' : 'before-10', name };
};
