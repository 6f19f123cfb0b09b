import { TOUCH_LABEL } from '../../jira/touch-issue.ts';
import type { DeliveryReport } from '../../jira/webhooks/delivery-report.ts';
import type { Listed, Webhook, WebhookApi } from '../../jira/webhooks/webhook.ts';
import type { Use } from '../rotate-secret/rotation.ts';
import { CommandError, type ExitCode } from '../shared/command.ts';
import { isAlike, isSameAddress, showAddress, showWebhook } from './address.ts';
import { commandFor, type Job, waitForDelivery } from './job.ts';

/** What to use with a server that cannot sign. */
export const INSTEAD_OF_SIGNING = `It can deliver to a connection whose URL holds the secret:
  npm run connections -- add --kind jira --auth url --name NAME --site JIRA_SITE_URL`;

const explainNone = ({ api, url }: Job, all: readonly Listed[]): string => {
  const alike = all.filter((one) => isAlike(one, url));
  const others = alike.map((one) => `\n  - ${showWebhook(one)} delivers to ${showAddress(one.url)}`);
  const wrong = others.length > 0 ? ` Does one of these have the wrong URL?${others.join('')}` : '';
  return `No webhook of ${api.deployment} delivers to ${showAddress(url)}.${wrong}
To create it: ${commandFor('register')}`;
};

/** @returns true when nothing is wrong with it */
const checkOne = async ({ api, url, say }: Job, { id }: Listed): Promise<boolean> => {
  const webhook = await api.read(id);
  const report = await api.report(id);
  const faults = [...findFaults(webhook, api), ...lastFault(report)];
  const named = `The webhook ${showWebhook(webhook)} of ${api.deployment} to ${showAddress(url)}`;
  if (faults.length === 0) say(`${named} is correct.`);
  else say(`${named}:\n${listFaults(faults)}`);
  if (report.counts !== null) say(describeCounts(report.counts));
  return faults.length === 0;
};

type Counts = NonNullable<DeliveryReport['counts']>;

const describeCounts = ({ arrived, refused, not_sent }: Counts): string =>
  `Deliveries by Jira's count: ${arrived} arrived, ${refused} refused, ${not_sent} not sent or not answered.`;

/** Only the last delivery: earlier ones may have failed for a reason that is gone. */
const lastFault = ({ last }: DeliveryReport): WebhookFault[] => {
  if (last === null || last.outcome === 'SUCCESS') return [];
  // A query may contain a secret.
  const why = last.description.replace(/\p{C}/gu, ' ').replace(/\?.*/s, '').slice(0, 120).trim();
  const what = last.outcome === 'FAILURE' ? 'was refused' : 'was not sent, or not answered';
  return [{ useless: false, text: `its last delivery ${what}${why === '' ? '' : `: ${why}`}` }];
};

/** @returns true when there is only one webhook and it is correct */
const checkAll = async (job: Job, own: readonly Listed[]): Promise<boolean> => {
  const fine: boolean[] = [];
  for (const one of own) fine.push(await checkOne(job, one));
  if (own.length > 1) job.say('Each of them delivers every change: keep only one.');
  return fine.every(Boolean) && own.length === 1;
};

const newestSince = async ({ deliveries }: Job, sinceMs: number): Promise<Use | null> =>
  (await deliveries.newest(sinceMs))[0] ?? null;

/** @returns false when it was declined */
const touchAndWait = async (job: Job, key: string): Promise<boolean> => {
  const { ask, clock, say, touch, wait_seconds } = job;
  await newestSince(job, clock());
  if (!(await ask(`Add the label ${TOUCH_LABEL} to ${key} and remove it again?`))) return false;
  const since = clock();
  await touch(key);
  say(`${key} was changed twice. Waiting up to ${wait_seconds} s for a verified delivery.`);
  await waitForDelivery(job, since, (from) => newestSince(job, from));
  return true;
};

/**
 * Reports what is wrong with the webhook of our address.
 * @param key an issue to change, to see a delivery arrive
 * @throws CommandError or JiraError
 */
export const check = async (job: Job, key: string | null): Promise<ExitCode> => {
  const { api, url, say } = job;
  const all = await api.list();
  const own = all.filter((one) => isSameAddress(one.url, url));
  if (!api.can_sign)
    say(`${api.deployment} cannot sign webhooks: its deliveries are refused. ${INSTEAD_OF_SIGNING}`);
  if (own.length === 0) throw new CommandError(explainNone(job, all));
  const fine = (await checkAll(job, own)) && api.can_sign;
  if (key !== null && !(await touchAndWait(job, key))) return 1;
  return fine ? 0 : 1;
};

/** Something about a webhook that may keep changes from arriving. `useless`: it keeps all of them from arriving. */
export type WebhookFault = { useless: boolean; text: string };

const signatureFault = ({ signed }: Webhook): WebhookFault[] => {
  if (signed === null)
    return [
      {
        useless: false,
        text: 'Jira does not report whether it signs: a verified delivery shows that it does',
      },
    ];
  return signed ? [] : [{ useless: true, text: 'its deliveries are not signed, so they are refused' }];
};

const filterFault = ({ jql }: Webhook): WebhookFault[] => {
  if (jql === '') return [];
  const shown = jql.replace(/\p{C}/gu, ' ').slice(0, 200);
  const text = `only issues that match this JQL are delivered; one that stops matching becomes outdated here: ${shown}`;
  return [{ useless: false, text }];
};

/** What is wrong with a webhook, the worst first. */
export const findFaults = (webhook: Webhook, { events }: Pick<WebhookApi, 'events'>): WebhookFault[] => {
  const missing = events.filter((event) => !webhook.events.includes(event));
  return [
    ...(webhook.enabled ? [] : [{ useless: true, text: 'it is disabled' }]),
    ...(webhook.excludes_body ? [{ useless: true, text: 'it excludes the body' }] : []),
    ...signatureFault(webhook),
    ...(missing.length > 0
      ? [{ useless: false, text: `events that are not delivered: ${missing.join(', ')}` }]
      : []),
    ...filterFault(webhook),
  ];
};

/** One line each. */
export const listFaults = (faults: readonly WebhookFault[]): string =>
  faults.map(({ text }) => `  - ${text}`).join('\n');
