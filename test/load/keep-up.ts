import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import { mixedDeliveries } from './mixed-deliveries.ts';
import { startOurs } from './our-instance.ts';
import { sendAll } from './send.ts';

/** Rate (deliveries a second), seconds of load, the largest lag seen (seconds), seconds until all was correlated. */
export type KeepUp = { rate: number; seconds: number; lag: number; drain: number; errors: number };

const SAMPLE_MS = 2_000;
const DRAIN_POLL_MS = 100;
const MOST_DRAIN_MS = 300_000;
const CONNECTIONS = 20;

const stats = z.object({ unprocessed: z.number(), lag_seconds: z.number() });

const readLag = async (url: string): Promise<z.output<typeof stats>> =>
  stats.parse(await (await fetch(`${url}/stats?hours=1`)).json());

const untilDrained = async (url: string): Promise<number> => {
  const begun = performance.now();
  while (performance.now() - begun < MOST_DRAIN_MS) {
    if ((await readLag(url)).unprocessed === 0) return (performance.now() - begun) / 1000;
    await sleep(DRAIN_POLL_MS);
  }
  return Number.POSITIVE_INFINITY;
};

/** Sends at a rate with correlation running, and watches how far it falls behind. */
export const keepUp = async (rate: number, seconds: number, owned: AsyncDisposableStack): Promise<KeepUp> => {
  const { server } = await startOurs(owned, { correlate: true });
  const requests = mixedDeliveries(Math.ceil(rate * seconds));
  let sending = true;
  const sent = sendAll(server.url, requests, { connections: CONNECTIONS, overallRate: rate }).finally(() => {
    sending = false;
  });
  let lag = 0;
  while (sending) {
    await sleep(SAMPLE_MS);
    lag = Math.max(lag, (await readLag(server.url)).lag_seconds);
  }
  const { errors } = await sent;
  return { rate, seconds, lag, drain: await untilDrained(server.url), errors };
};
