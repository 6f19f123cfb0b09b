import { setTimeout as timer } from 'node:timers/promises';
import { embeddedConfig } from '../../../src/local/aws-config.ts';
import type { Clock } from '../../../src/platform/clock.ts';
import { createDocumentClient, createDynamoDb } from '../../../src/platform/dynamodb.ts';
import { createSender, type ProcessSender } from '../../../src/send/lane/sender.ts';
import { attempt } from '../../../src/send/target/attempt.ts';
import type { Table } from '../../../src/store/calls/table.ts';
import type { RawBodies } from '../../../src/store/events/put-event.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { PATIENT } from '../../support/patience.ts';
import { TEST_MASTERS } from '../../support/targets.ts';
import { quietLog } from './host.ts';

/** A process that sends, with its own way to the table. Killed, it writes nothing any more. */
export type SendingProcess = { proxy: FaultProxy; sender: ProcessSender; kill(): Promise<void> };

/** @param endpoint where it finds the table `name` */
export const startSending = async (
  endpoint: string,
  name: string,
  clock: Clock,
  rawBodies: RawBodies,
): Promise<SendingProcess> => {
  const proxy = await startFaultProxy(endpoint);
  const table = tableAt(proxy.endpoint, name);
  const stop = new AbortController();
  const rules = { allow_private: true, own_hosts: [] };
  const reach = { masters: TEST_MASTERS, rules, resolve: async () => [], clock, table, rawBodies };
  const sender = createSender({
    table,
    clock,
    sleep: soon,
    chance: Math.random,
    log: quietLog(),
    count: () => {},
    stop: stop.signal,
    attempt: (due, signal) => attempt(reach, due, signal),
    ping: () => Promise.reject(new Error('nobody asks for a ping')),
    notify: async () => {},
  });
  const kill = async (): Promise<void> => {
    await proxy.close();
    stop.abort(new Error('killed'));
  };
  return { proxy, sender, kill };
};

const tableAt = (endpoint: string, name: string): Table => ({
  client: createDynamoDb({ ...embeddedConfig(endpoint), ...PATIENT }),
  documentClient: createDocumentClient(embeddedConfig(endpoint)),
  name,
});

/** Waits pass sooner than they say, so that what waits looks at the clock again. */
const soon = (ms: number, signal?: AbortSignal): Promise<void> =>
  timer(Math.min(ms, 50), undefined, { signal });
