import autocannon, { type Client, type Request } from 'autocannon';
import { percentile } from '../bench/shared/stats.ts';

/** Milliseconds; `errors`: no answer, or one that is neither 200 nor 202. */
export type SendFigures = {
  requests: number;
  perSecond: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
  errors: number;
};

export type SendOptions = { connections: number; overallRate?: number };

/** Loopback only: this is no tool to try other people's servers with. */
const refuseOthers = (url: string): void => {
  if (new URL(url).hostname !== '127.0.0.1') throw new Error('load is sent to 127.0.0.1 only');
};

const deal = (requests: Request[], hands: number): Request[][] => {
  const dealt: Request[][] = Array.from({ length: hands }, () => []);
  for (const [index, one] of requests.entries()) dealt[index % hands]?.push(one);
  return dealt;
};

/** Sends every request once, over so many connections, as fast as they are answered or at a rate. */
export const sendAll = async (
  url: string,
  requests: Request[],
  { connections, overallRate }: SendOptions,
): Promise<SendFigures> => {
  refuseOthers(url);
  const hands = deal(requests, connections);
  const latencies: number[] = [];
  let wrong = 0;
  let ended = performance.now();
  const started = ended;
  const load = autocannon({
    url,
    connections,
    amount: requests.length,
    ...(overallRate === undefined ? {} : { overallRate }),
    setupClient: (client: Client) => client.setRequests(hands.shift() ?? []),
  });
  load.on('response', (_client: Client, status: number, _bytes: number, ms: number) => {
    ended = performance.now();
    latencies.push(ms);
    if (status !== 200 && status !== 202) wrong += 1;
  });
  const { errors } = await load;
  return {
    requests: requests.length,
    perSecond: requests.length / ((ended - started) / 1000),
    p50: percentile(latencies, 0.5),
    p95: percentile(latencies, 0.95),
    p99: percentile(latencies, 0.99),
    max: percentile(latencies, 1),
    errors: errors + wrong,
  };
};
