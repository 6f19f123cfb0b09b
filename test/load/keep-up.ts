import { setTimeout as sleep } from 'node:timers/promises';
import { lagOf, secondsSince } from './lag.ts';
import { mixedDeliveries } from './mixed-deliveries.ts';
import { startOurs } from './our-instance.ts';
import { sendAll } from './send.ts';

/**
 * Rate (deliveries a second), seconds of load, and in seconds: the longest that correlation was behind, and until
 * all was correlated after the last delivery.
 */
export type KeepUp = { rate: number; seconds: number; lag: number; drain: number; errors: number };

const SAMPLE_MS = 1_000;
const CONNECTIONS = 20;
/** Until what runs often is compiled. */
const WARM_UP = 500;

/**
 * Sends at a rate with correlation running, and watches how far it falls behind. On an instance and a database of
 * its own: the embedded one searches all that its stream has ever held at each write.
 */
const wave = async (rate: number, seconds: number, owned: AsyncDisposableStack): Promise<KeepUp> => {
  const { server } = await startOurs(owned, { correlate: true, limitHeap: false });
  await sendAll(server.url, mixedDeliveries(WARM_UP), { connections: CONNECTIONS });
  await server.correlated();
  const requests = mixedDeliveries(Math.ceil(rate * seconds));
  let ended = Number.POSITIVE_INFINITY;
  const sent = sendAll(server.url, requests, { connections: CONNECTIONS, overallRate: rate }).finally(() => {
    ended = performance.now();
  });
  let lag = 0;
  while (ended === Number.POSITIVE_INFINITY) {
    lag = Math.max(lag, await lagOf(server.url));
    await sleep(SAMPLE_MS);
  }
  const { errors } = await sent;
  await server.correlated();
  return { rate, seconds, lag, drain: secondsSince(ended), errors };
};

export type KeepUpOptions = { waves: number; rate: number; seconds: number };

/** So many waves, one after another. */
export const keepUp = async ({ waves, rate, seconds }: KeepUpOptions): Promise<KeepUp[]> => {
  const done: KeepUp[] = [];
  for (let index = 0; index < waves; index += 1) {
    await using owned = new AsyncDisposableStack();
    done.push(await wave(rate, seconds, owned));
  }
  return done;
};
