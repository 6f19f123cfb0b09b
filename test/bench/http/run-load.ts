import autocannon, { type Client } from 'autocannon';
import { percentile, sum } from '../shared/stats.ts';
import { CONNECTIONS, type Lane } from './loads.ts';

/** Milliseconds; `unwanted` counts answers that are no 202, and requests without an answer. */
export type LoadFigures = { requests: number; perSecond: number; p50: number; p99: number; unwanted: number };

/** Both servers say 202 to a delivery that is new and stored. */
const WANTED_STATUS = 202;

/** A busy machine may cost an answer its time; this share of them means that something else is measured. */
const MOST_UNWANTED = 0.05;

/**
 * Sends every lane over a connection of its own, each request after the answer to the one before. Throughput
 * is from the first request to the last answer; each connection's first answer, which holds the time to
 * connect, is left out of the latencies.
 * @throws when too many answers are no 202
 */
export const runLoad = async (url: string, lanes: Lane[]): Promise<LoadFigures> => {
  const requests = sum(lanes.map((lane) => lane.length));
  const waiting = [...lanes];
  const warm = new Set<Client>();
  const latencies: number[] = [];
  const wrong: number[] = [];
  let started = performance.now();
  let ended = started;
  const setupClient = (client: Client) => client.setRequests(waiting.shift() ?? []);
  const load = autocannon({ url, connections: CONNECTIONS, amount: requests, setupClient });
  load.on('start', () => {
    started = performance.now();
  });
  load.on('response', (client: Client, status: number, _bytes: number, ms: number) => {
    ended = performance.now();
    if (status !== WANTED_STATUS) wrong.push(status);
    if (warm.has(client)) latencies.push(ms);
    warm.add(client);
  });
  const { errors } = await load;
  const unwanted = errors + wrong.length;
  if (unwanted > requests * MOST_UNWANTED)
    throw new Error(
      `Of ${requests} requests ${errors} had no answer, ${wrong.length} not ${WANTED_STATUS} (${wrong[0]})`,
    );
  const perSecond = requests / ((ended - started) / 1000);
  return { requests, perSecond, p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99), unwanted };
};
