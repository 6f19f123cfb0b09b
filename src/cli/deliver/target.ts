import { type InstanceRecord, readInstance } from '../../local/instance.ts';
import { CommandError, UsageError } from '../shared/command.ts';
import { deliveryHeaders, type Headers } from './delivery.ts';

/** Where deliveries go and what they are signed with. */
export type Target = { url: URL; secret: string };

/** A webhook that commands send to, with the places of its secret. */
type Webhook = {
  path: string;
  /** In the environment. */
  secret_name: 'JIRA_WEBHOOK_SECRET' | 'COMMITS_WEBHOOK_SECRET';
  /** In the running instance's record. */
  secret_field: 'secret' | 'commits_secret';
};

const JIRA_WEBHOOK: Webhook = {
  path: '/webhooks/jira',
  secret_name: 'JIRA_WEBHOOK_SECRET',
  secret_field: 'secret',
};

export const COMMITS_WEBHOOK: Webhook = {
  path: '/webhooks/commits',
  secret_name: 'COMMITS_WEBHOOK_SECRET',
  secret_field: 'commits_secret',
};

const NOTHING_RUNS =
  'No instance is running on this machine: start one with npm start, or give --url and --secret';

/**
 * Flags override the environment, which overrides the running instance. The instance's secret is used only for its own
 * address, never for another receiver.
 * @throws UsageError or CommandError when something is missing
 */
export const findTarget = (
  flags: { url?: string; secret?: string },
  source: NodeJS.ProcessEnv,
  instance: InstanceRecord | null,
  webhook: Webhook = JIRA_WEBHOOK,
): Target => {
  const address = flags.url ?? instance?.url;
  if (address === undefined) throw new CommandError(NOTHING_RUNS);
  const url = readUrl(address, webhook.path);
  const isInstance = instance !== null && url.origin === URL.parse(instance.url)?.origin;
  const own = isInstance ? instance[webhook.secret_field] : null;
  const secret = flags.secret ?? source[webhook.secret_name] ?? own;
  if (!secret) throw new UsageError(noSecret(webhook));
  return { url, secret };
};

/** A bare address gets the path of the webhook. */
const readUrl = (text: string, path: string): URL => {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(`${text} is not an http or https URL`);
  if (url.pathname === '/') url.pathname = path;
  return url;
};

const noSecret = ({ secret_name }: Webhook): string =>
  `The secret is unknown: give --secret, or set ${secret_name} to the receiver's value`;

/** The URL and the headers of a delivery. */
export type Dressed = { url: URL; headers: Headers };

/** How bodies are sent to one receiver. `number`: the index of the delivery, from 0. */
export type Sending = { url: URL; dress: (body: Buffer, number: number) => Dressed };

type Flags = { url?: string; secret?: string; identifier?: string; header?: Headers; instanceFile: string };

/** Sends to the built-in webhook of Jira, signed as Jira does. @throws UsageError or CommandError */
export const findBuiltIn = (flags: Flags): Sending => {
  const { url, secret } = findTarget(flags, process.env, readInstance(flags.instanceFile));
  return {
    url,
    dress: (body) => ({ url, headers: deliveryHeaders(body, secret, flags.identifier, flags.header ?? {}) }),
  };
};
