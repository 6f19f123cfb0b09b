import type { Listed, WebhookApi } from '../../jira/webhooks/webhook.ts';
import { CommandError, type ExitCode } from '../shared/command.ts';
import { isSameAddress, showAddress, showWebhook } from './address.ts';
import { findFaults, INSTEAD_OF_SIGNING, listFaults } from './check.ts';
import { commandFor, type Job, waitForDelivery } from './job.ts';
import type { SigningSecret } from './signing-secret.ts';

const refuseUnsigned = ({ deployment, can_sign }: WebhookApi): void => {
  if (can_sign) return;
  throw new CommandError(`${deployment} cannot sign webhooks: that takes Jira Cloud, or Data Center 10 or later. Unsigned deliveries
are refused, so nothing was registered. ${INSTEAD_OF_SIGNING}`);
};

/** The webhook of our address, or null. @throws CommandError when there are several */
const findOwn = async ({ api, url }: Job): Promise<Listed | null> => {
  const [first, ...more] = (await api.list()).filter((one) => isSameAddress(one.url, url));
  if (more.length === 0) return first ?? null;
  const all = [first, ...more].flatMap((one) => (one ? [showWebhook(one)] : []));
  throw new CommandError(`Several Jira webhooks deliver to ${showAddress(url)}: ${all.join(', ')}. Remove all but one in Jira,
or all of them with: ${commandFor('remove')}`);
};

/** Looks up deliveries once, so that a table that cannot be used fails before anything is registered. */
const checkTable = async ({ deliveries, wait_seconds, clock }: Job, name: string): Promise<void> => {
  if (wait_seconds > 0) await deliveries.newestUseOf(name, clock());
};

const write = async ({ api, url }: Job, own: Listed | null, { text }: SigningSecret): Promise<string> => {
  if (own === null) return api.create(url, text);
  await api.update(own.id, own.url, text);
  return own.id;
};

/** Checks what Jira stored, since it ignores some settings that it does not know. @throws CommandError */
const readBack = async ({ api, url, say }: Job, id: string, verb: string): Promise<void> => {
  const webhook = await api.read(id);
  const faults = findFaults(webhook, api);
  const named = `The webhook ${showWebhook(webhook)} of ${api.deployment} to ${showAddress(url)}`;
  if (faults.some(({ useless }) => useless))
    throw new CommandError(`${named} is ${verb}, but Jira did not accept all settings:\n${listFaults(faults)}
Nothing arrives this way. To remove it: ${commandFor('remove')}`);
  say(`${named} is ${verb}${webhook.signed ? ', and signs' : ''}.`);
  if (faults.length > 0) say(`Note:\n${listFaults(faults)}`);
};

/**
 * Checks that the webhook of our address can be registered.
 * @param name of the key that a delivery is to be signed with
 * @returns the existing webhook, or null
 * @throws CommandError or JiraError
 */
export const checkRegistrable = async (job: Job, name: string): Promise<Listed | null> => {
  refuseUnsigned(job.api);
  await checkTable(job, name);
  return findOwn(job);
};

/**
 * Creates or updates the webhook of our address, reads it back, and waits for a delivery.
 * @throws CommandError or JiraError
 */
export const register = async (job: Job): Promise<ExitCode> => {
  const { api, clock, deliveries, say, wait_seconds } = job;
  refuseUnsigned(api);
  const secret = await job.readSecret();
  const own = await checkRegistrable(job, secret.name);
  const since = clock();
  const id = await write(job, own, secret);
  await readBack(job, id, own === null ? 'registered' : 'updated');
  if (wait_seconds === 0) return 0;
  say(`Waiting up to ${wait_seconds} s for a delivery that is signed with ${secret.name}. To cause one, change an issue in
Jira, or in another terminal: ${commandFor('check --touch KEY')}`);
  await waitForDelivery(job, since, (from) => deliveries.newestUseOf(secret.name, from));
  return 0;
};

/** Removes every webhook of our address. @throws JiraError */
export const remove = async ({ api, url, ask, say }: Job): Promise<ExitCode> => {
  const own = (await api.list()).filter((one) => isSameAddress(one.url, url));
  const where = showAddress(url);
  if (own.length === 0) {
    say(`No webhook of ${api.deployment} delivers to ${where}: nothing to remove.`);
    return 0;
  }
  const names = own.map(showWebhook).join(', ');
  if (
    !(await ask(
      `Remove from ${api.deployment} the webhook ${names} to ${where}? Changes will no longer arrive.`,
    ))
  )
    return 1;
  for (const { id } of own) await api.remove(id);
  say(`Removed: ${names}.`);
  return 0;
};
