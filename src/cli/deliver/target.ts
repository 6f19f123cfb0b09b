import type { InstanceRecord } from '../../local/instance.ts';
import { CommandError, UsageError } from '../shared/command-error.ts';

/** Where deliveries go and what they are signed with. */
export type Target = { url: URL; secret: string };

const NOTHING_RUNS =
  'No instance is running on this machine: start one with npm start, or give --url and --secret';

const NO_SECRET =
  'The secret is not known here: give --secret, or set JIRA_WEBHOOK_SECRET to what the receiver has';

/** A bare address gets the path of the webhook. */
const readUrl = (text: string): URL => {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(`${text} is no http or https address`);
  if (url.pathname === '/') url.pathname = '/webhooks/jira';
  return url;
};

/**
 * Flags win over the environment, and that over the running instance. Another receiver's secret is never
 * guessed: the instance's own is used for its own address only.
 * @throws UsageError or CommandError when something is missing
 */
export const findTarget = (
  flags: { url?: string; secret?: string },
  source: NodeJS.ProcessEnv,
  instance: InstanceRecord | null,
): Target => {
  const address = flags.url ?? instance?.url;
  if (address === undefined) throw new CommandError(NOTHING_RUNS);
  const url = readUrl(address);
  const isInstance = instance !== null && url.origin === URL.parse(instance.url)?.origin;
  const secret = flags.secret ?? source.JIRA_WEBHOOK_SECRET ?? (isInstance ? instance.secret : null);
  if (!secret) throw new UsageError(NO_SECRET);
  return { url, secret };
};
