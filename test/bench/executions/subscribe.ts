import * as z from 'zod/mini';
import type { ManageApi } from '../../../src/cli/api/api.ts';

const shown = z.object({ subscription_id: z.string(), rev: z.number() });

export type Subscribed = z.output<typeof shown>;

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
