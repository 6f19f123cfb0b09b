import { randomBytes } from 'node:crypto';
import type { DynamoDBRecord } from 'aws-lambda';
import { readEnv } from '../../../src/contract/env.ts';
import { BATCH_SIZE } from '../../../src/contract/functions.ts';
import { embeddedConfig } from '../../../src/local/aws-config.ts';
import { startEngine } from '../../../src/local/engine.ts';
import { localContext } from '../../../src/local/lambda-input.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { createPublishStream } from '../../../src/publish/handler.ts';
import { openPublish } from '../../../src/publish/open-publish.ts';
import { eventKey } from '../../../src/store/calls/keys.ts';
import { streamRecord } from '../../support/stream-records.ts';
import { readsOf, trimmed, unitsOf, writesOf } from '../correlation/cost.ts';
import { type MeteredCall, meterTable } from '../correlation/meter.ts';
import { SECRET } from '../http/bodies.ts';
import { type Goal, judge, printTable } from '../shared/section.ts';
import { makeStill } from '../shared/still-table.ts';

const MOST_CALLS = 1;

const TABLE_NAME = 'bench-unsubscribed';

const someRecord = (_: unknown, index: number): DynamoDBRecord => {
  const { pk, sk } = eventKey(`evt_${randomBytes(20).toString('hex')}`);
  return streamRecord(pk, sk, { sequenceNumber: String(index + 1).padStart(21, '0') });
};

/** Publishing before an empty table; what it asks the table for when the stream brings so many events. */
const openCounting = async (
  owned: AsyncDisposableStack,
): Promise<(events: number) => Promise<MeteredCall[]>> => {
  const { endpoint, stop } = await startEngine();
  owned.defer(stop);
  await makeStill(endpoint, TABLE_NAME);
  const env = readEnv({ TABLE_NAME, JIRA_WEBHOOK_SECRET: SECRET, LOG_LEVEL: 'error' });
  const platform = { clock: systemClock, log: createLogger(env), dynamodb: embeddedConfig(endpoint) };
  const sender = { hint: async () => {}, ping: () => Promise.reject(new Error('nobody is asked')) };
  const deps = openPublish(env, { ...platform, sender });
  const meter = meterTable(deps.table);
  const publish = createPublishStream(deps);
  return async (events) => {
    await publish(
      { Records: Array.from({ length: events }, someRecord) },
      localContext('bench', systemClock),
    );
    return meter.take();
  };
};

/** What publishing asks the table for where nobody has subscribed, whatever the batch holds. */
export const unsubscribedCalls = async (parent: AsyncDisposableStack): Promise<Goal[]> => {
  await using owned = parent.use(new AsyncDisposableStack());
  const sizes = [1, BATCH_SIZE];
  const count = await openCounting(owned);
  const all: MeteredCall[][] = [];
  for (const size of sizes) all.push(await count(size));
  printTable(
    '   No subscriptions: what publishing asks the table for',
    ['events in the batch', 'calls', 'read units', 'write units'],
    all.map((calls, index) => [
      String(sizes[index]),
      String(calls.length),
      trimmed(unitsOf(readsOf(calls))),
      trimmed(unitsOf(writesOf(calls))),
    ]),
  );
  const most = Math.max(...all.map(({ length }) => length));
  return [judge('table calls of publishing for a batch, nothing subscribed', most, '<=', MOST_CALLS)];
};
