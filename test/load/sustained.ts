import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import type { Request } from 'autocannon';
import type { Progress } from '../../src/cli/shared/terminal.ts';
import { eventId, sha256Hex } from '../../src/domain/event-id.ts';
import { embeddedConfig } from '../../src/local/aws-config.ts';
import { mixedDeliveries } from './mixed-deliveries.ts';
import { type Instance, startFloor, startOurs, TABLE_NAME } from './our-instance.ts';
import { memoryOf } from './process-facts.ts';
import { type SendFigures, sendAll } from './send.ts';

/**
 * One wave: what was sent on one engine, the memory of the instance after it (MB), acknowledged but not stored, and
 * how many of the same deliveries the floor took per second, directly after.
 */
export type Wave = SendFigures & { memory: number; missing: number; floorPerSecond: number };

export type SustainedOptions = { waves: number; perWave: number; connections: number };

const WARM_UP = 500;

/** @throws when it refused any: a floor that stores less is none */
const floorRate = async (
  { server }: Instance,
  ...sent: [requests: Request[], options: { connections: number }]
): Promise<number> => {
  const { perSecond, errors } = await sendAll(server.url, ...sent);
  if (errors > 0) throw new Error(`The floor did not store ${errors} deliveries`);
  return perSecond;
};

/** Waves of mixed deliveries at one instance, as fast as it answers, and at the floor; correlation is stopped. */
export const sustained = async (
  { waves, perWave, connections }: SustainedOptions,
  owned: AsyncDisposableStack,
  progress: Progress,
): Promise<Wave[]> => {
  const ours = await startOurs(owned, { correlate: false, limitHeap: true });
  const floor = await startFloor(owned);
  const warmUp = mixedDeliveries(WARM_UP);
  for (const { server } of [ours, floor]) await sendAll(server.url, warmUp, { connections });
  const done: Wave[] = [];
  for (let wave = 0; wave < waves; wave += 1) {
    if (wave > 0) for (const { engine } of [ours, floor]) await engine.change();
    const requests = mixedDeliveries(perWave);
    const figures = await sendAll(ours.server.url, requests, { connections });
    const missing = await countMissing(ours.engine.endpoint, TABLE_NAME, requests);
    const memory = memoryOf(ours.server.pid);
    const floorPerSecond = await floorRate(floor, requests, { connections });
    done.push({ ...figures, memory, missing, floorPerSecond });
    progress.step(perWave);
  }
  return done;
};

/** How many of these deliveries have no event in the table. All of them were acknowledged. */
const countMissing = async (
  endpoint: string,
  tableName: string,
  requests: readonly Request[],
): Promise<number> => {
  const client = new DynamoDBClient(embeddedConfig(endpoint));
  const wanted = new Set(requests.map(({ body }) => eventId('default', 'jira', sha256Hex(body))));
  const scan = { TableName: tableName, ProjectionExpression: 'pk, sk' };
  for await (const { Items = [] } of paginateScan({ client }, scan))
    for (const { pk, sk } of Items) if (sk?.S === 'E') wanted.delete((pk?.S ?? '').slice('E#'.length));
  client.destroy();
  return wanted.size;
};
