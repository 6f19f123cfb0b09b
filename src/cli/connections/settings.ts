import { withoutUndefined } from '../api/commands.ts';
import { UsageError } from '../shared/command.ts';

/** Options for the settings of a connection. An empty value removes a setting. */
export type SettingFlags = {
  name?: string;
  headerName?: string;
  site?: string;
  siteHosts?: string;
  projects?: string;
  allowedCidrs?: string;
  userAgentPrefix?: string;
  rate?: string;
  defaultEventType?: string;
};

/** The same as fields of the API; options that were not given are left out. */
export const settingsOf = (flags: SettingFlags): Record<string, unknown> =>
  withoutUndefined({
    name: flags.name,
    header_name: orNull(flags.headerName),
    site_url: orNull(flags.site),
    site_hosts: listOf(flags.siteHosts),
    project_keys: listOf(flags.projects),
    allowed_cidrs: listOf(flags.allowedCidrs),
    user_agent_prefix: orNull(flags.userAgentPrefix),
    rate: rateOf(flags.rate),
    default_event_type: orNull(flags.defaultEventType),
  });

const orNull = (text: string | undefined): string | null | undefined => (text === '' ? null : text);

const listOf = (text: string | undefined): string[] | undefined =>
  text
    ?.split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

const rateOf = (text: string | undefined): { per_minute: number } | null | undefined => {
  if (text === undefined || text === '') return text === undefined ? undefined : null;
  if (/^[1-9]\d{0,6}$/.test(text)) return { per_minute: Number(text) };
  throw new UsageError('--rate must be a whole number of deliveries a minute, or empty for no rate');
};
