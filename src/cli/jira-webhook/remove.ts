import type { ExitCode } from '../shared/command.ts';
import { isSameAddress, showAddress, showWebhook } from './address.ts';
import type { Job } from './job.ts';

/** Takes every webhook of our address away. @throws JiraError */
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
