import { join } from 'node:path';
import * as z from 'zod/mini';
import { type ManageApi, openApi } from '../../../src/cli/api/api.ts';
import { readInstance } from '../../../src/local/instance.ts';
import { startServer } from '../../support/server-process.ts';
import { SECRET } from '../http/bodies.ts';
import { childrenCpuMs, processCpuMs } from '../http/engine-cpu.ts';
import { tempFolder } from '../shared/temp-folder.ts';

/** What `npm start` runs, in processes of its own, with a table that is empty at first. It may send to loopback. */
export type SendingInstance = {
  url: string;
  api: ManageApi;
  /** Processor milliseconds so far: its own, its database's, and of this process, which sends and is the targets. */
  cpuMs(): number;
};

export const startSendingInstance = async (owned: AsyncDisposableStack): Promise<SendingInstance> => {
  const folder = tempFolder(owned);
  const { url, pid, stop } = await startServer(folder, {
    JIRA_WEBHOOK_SECRET: SECRET,
    ALLOW_PRIVATE_TARGETS: 'true',
    LOG_LEVEL: 'info',
  });
  owned.defer(stop);
  const token = readInstance(join(folder, 'instance.json'))?.manage_token ?? '';
  const prove = async () => ({ authorization: `Bearer ${token}` });
  const api = openApi({ url: new URL(url), tenant: null, flags: [], prove });
  const cpuMs = () => processCpuMs(pid) + childrenCpuMs(pid) + processCpuMs(process.pid);
  return { url, api, cpuMs };
};

const shown = z.object({ subscription_id: z.string(), rev: z.number() });

type Subscribed = z.output<typeof shown>;

/** Makes a subscription to all events. @param settings what is to be another than it is by itself */
export const subscribe = (
  api: ManageApi,
  url: string,
  settings: Record<string, unknown> = {},
): Promise<Subscribed> =>
  api.send('POST', '/subscriptions', shown, { body: { name: 'Bench', url, ...settings } });

/** @returns it as it is then */
export const turn = (
  api: ManageApi,
  { subscription_id, rev }: Subscribed,
  to: 'pause' | 'resume',
): Promise<Subscribed> =>
  api.send('POST', `/subscriptions/${subscription_id}/${to}`, shown, { rev, body: {} });
