import { setTimeout as sleep } from 'node:timers/promises';
import { readEnv } from '../../contract/env.ts';
import { toUtcIso } from '../../domain/instant.ts';
import { createJiraClient } from '../../jira/client.ts';
import { adminSite } from '../../jira/site.ts';
import { touchIssue } from '../../jira/touch-issue.ts';
import { openWebhooks } from '../../jira/webhooks/open-webhooks.ts';
import type { WebhookApi } from '../../jira/webhooks/webhook.ts';
import { readInstance } from '../../local/instance.ts';
import { type Clock, systemClock } from '../../platform/clock.ts';
import { type Deliveries, deliveriesOf, type Use } from '../rotate-secret/rotation.ts';
import { openSecretStore } from '../rotate-secret/secret-store.ts';
import { CommandError, UsageError } from '../shared/command.ts';
import { type Outputs, outputsOf } from '../shared/outputs.ts';
import type { TableFlags } from '../shared/place.ts';
import { confirm } from '../shared/terminal.ts';
import { readAddress } from './address.ts';
import { findSecretPlace, readSigningSecret, type SigningSecret } from './signing-secret.ts';

/** What every step needs. */
export type Job = {
  api: WebhookApi;
  /** The URL for Jira to deliver to. */
  url: string;
  /** @throws CommandError when there is none */
  readSecret(): Promise<SigningSecret>;
  /** @throws JiraError */
  touch(key: string): Promise<void>;
  deliveries: Deliveries;
  /** How long to wait for a delivery; 0: not at all. */
  wait_seconds: number;
  clock: Clock;
  sleep(ms: number): Promise<unknown>;
  /** True only after a yes at the terminal, or with `--yes`. */
  ask(question: string): Promise<boolean>;
  /** Prints a message; never a secret. */
  say(text: string): void;
};

/** The command line of another step, for messages. */
export const commandFor = (step: string): string => `npm run jira-webhook -- ${step}`;

export type Options = TableFlags & {
  url?: string;
  stage?: string;
  outputs?: string;
  secretId?: string;
  wait: number;
  yes?: true;
};

/** Limits of requests to Jira that Atlassian calls polite, and too low to slow down other users. */
const LIMITS = { at_once: 4, a_second: 4 };

const NO_ADDRESS =
  'Where should Jira deliver to? Give --url or --stage, or start an instance with npm start.';

/** The table that flags name, else that of the deployment. */
export const tableOf = (flags: TableFlags & { stage?: string }, { TableName }: Outputs): TableFlags => {
  const table = flags.table ?? TableName;
  return {
    ...(table === undefined ? {} : { table }),
    ...(flags.endpoint === undefined ? {} : { endpoint: flags.endpoint }),
    ...(flags.stage === undefined ? {} : { deployed: true }),
  };
};

/**
 * Resolves what flags, environment and running instance name, and asks Jira which deployment it is.
 * @throws UsageError, ConfigError or JiraError
 */
export const openJob = async (flags: Options): Promise<Job> => {
  const site = adminSite(readEnv(process.env));
  const outputs = outputsOf(flags);
  const instance = flags.stage === undefined ? readInstance() : null;
  const address = flags.url ?? outputs.WebhookUrl ?? instance?.url;
  if (address === undefined) throw new UsageError(NO_ADDRESS);
  const url = readAddress(address, site.url);
  const client = createJiraClient(site, LIMITS);
  const readSecret = async () => {
    const place = findSecretPlace(flags.secretId ?? outputs.SecretArn, process.env, instance);
    return readSigningSecret(place, (id) => openSecretStore(id, process.env));
  };
  return {
    api: await openWebhooks(client, site),
    url,
    readSecret,
    touch: (key) => touchIssue(client, key),
    deliveries: deliveriesOf(tableOf(flags, outputs), 'jira', systemClock),
    wait_seconds: flags.wait,
    clock: systemClock,
    sleep: (ms) => sleep(ms),
    ask: (question) => confirm(question, flags.yes === true),
    say: console.log,
  };
};

const LOOK_EVERY_MS = 2_000;

/** Finds a delivery that was verified since then, or null. */
type Look = (sinceMs: number) => Promise<Use | null>;

const WHERE_TO_LOOK = 'docs/runbooks/setup.md#the-first-delivery says where to look.';

/**
 * Waits until a delivery that was received since then has been verified and stored.
 * @throws CommandError when none arrives in time
 */
export const waitForDelivery = async (
  { clock, sleep, say, wait_seconds }: Pick<Job, 'clock' | 'sleep' | 'say' | 'wait_seconds'>,
  sinceMs: number,
  look: Look,
): Promise<void> => {
  const until = clock() + wait_seconds * 1000;
  for (;;) {
    const use = await look(sinceMs);
    if (use !== null) {
      const by = use.secret === null ? '' : `, signed with ${use.secret}`;
      return say(`A delivery at ${toUtcIso(use.received_ms)} was verified${by}.`);
    }
    if (clock() >= until)
      throw new CommandError(`No verified delivery arrived within ${wait_seconds} s. ${WHERE_TO_LOOK}`);
    await sleep(LOOK_EVERY_MS);
  }
};
