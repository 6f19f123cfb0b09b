import type { Connection } from '../../domain/connection.ts';
import { isJsonObject, type JsonObject, own } from '../../domain/json.ts';

/** Where a connection's issues may be. */
type Site = Pick<Connection, 'site_url' | 'site_hosts'>;

/**
 * True for a body whose issue is of another Jira: its address names a host that is none of the connection's. Issue ids
 * are unique only within one Jira, so what it says must not touch an issue here.
 */
export const isOfOtherSite = ({ site_url, site_hosts }: Site, body: JsonObject): boolean => {
  const issue = own(body, 'issue');
  const host = hostOf(isJsonObject(issue) ? own(issue, 'self') : undefined);
  if (host === null || site_url === null) return false;
  return ![hostOf(site_url), ...site_hosts.map(bareHost)].includes(host);
};

/** The host of an address, without its port and the root's dot, in lower case; null for what names none. */
const hostOf = (address: unknown): string | null => {
  if (typeof address !== 'string') return null;
  const text = address.trim();
  const url = URL.parse(/^[\\/]{2}/.test(text) ? `https:${text}` : text);
  return url?.hostname ? url.hostname.toLowerCase().replace(/\.$/, '') : null;
};

/** The same of a name without a scheme; people write some with one. */
const bareHost = (name: string): string | null => hostOf(name.includes('://') ? name : `https://${name}`);
