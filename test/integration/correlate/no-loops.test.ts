import { randomUUID } from 'node:crypto';
import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { embeddedConfig } from '../../../src/local/aws-config.ts';
import { createDocumentClient } from '../../../src/platform/dynamodb.ts';
import { correlationDraft } from '../../property/correlation-drafts.ts';
import { placedSteps } from '../../property/correlation-histories.ts';
import { depth } from '../../support/depth.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { deliveryOf } from '../../support/history-steps.ts';
import { countItems, tableAt } from '../../support/polling.ts';
import { useEngine } from '../../support/use-engine.ts';
import { runCli } from '../cli/run-cli.ts';
import { eventually } from '../local/processes.ts';
import { commit, commitsBody, deletionBody, issueBody } from './bodies.ts';
import { commitGaps, documentsIn, storyGaps } from './found.ts';
import { type RealInstance, type Sent, startRealInstance } from './real-instance.ts';
import { streamLength } from './stream-length.ts';

const HISTORIES = depth(1, 5);
const SENDERS = 8;

const engine = useEngine();
/** The instance's only way to its database: shows what it asks for. */
let proxy: FaultProxy;
let instance: RealInstance;
let tableName: string;

beforeAll(async () => {
  proxy = await startFaultProxy(engine.endpoint);
});

beforeEach(async () => {
  proxy.seen.length = 0;
  tableName = `test-${randomUUID()}`;
  instance = await startRealInstance({ AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint, TABLE_NAME: tableName });
  await eventually(isSwept);
});

afterEach(() => instance.stop());

afterAll(() => proxy.close());

/** The sweep at the start is over when it writes how far it came. */
const isSwept = (): boolean =>
  proxy.seen.some(({ operation, body }) => operation === 'UpdateItem' && body.includes('"SWEEP#'));

const jira = (body: string): Sent => ({ source: 'jira', event: null, body });
const commits = (body: string): Sent => ({ source: 'commits', event: null, body });

/** Deliveries of Jira and of commit sources that belong together, mixed. */
const burst = (): Sent[] => {
  const drafts = fc.sample(correlationDraft, HISTORIES);
  const histories = drafts.map((draft, number) => placedSteps(draft, number + 1).steps.map(deliveryOf));
  return histories
    .flatMap((steps, of) => steps.map((sent, at) => ({ sent, at, of })))
    .sort((a, b) => a.at - b.at || a.of - b.of)
    .map(({ sent }) => sent);
};

const eventList = z.object({ events: z.array(z.object({ event_id: z.string() })) });

const deliverAll = async (deliveries: Sent[]): Promise<void> => {
  const queue = deliveries.values();
  const sender = async () => {
    for (const sent of queue) await instance.deliver(sent);
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
};

/** Batches that were handed to the function: each ends in a checkpoint. */
const batches = (): number =>
  proxy.seen.filter(({ operation, body }) => operation === 'PutItem' && body.includes('"STREAM#')).length;

const runs = (): number => instance.lines.filter(({ msg }) => msg === 'correlation').length;

const polls = (): number => proxy.seen.filter(({ operation }) => operation === 'GetRecords').length;

/** Everything that a run would change. */
const state = async () => ({
  runs: runs(),
  documents: documentsIn(instance.folder).length,
  lines: instance.lines.length,
  items: await countItems(tableAt(engine.endpoint, tableName)),
  records: await streamLength(engine.endpoint, tableName),
});

/** Each second it is asked, too, what is subscribed: as good as nothing. */
const POLLING = ['GetRecords', 'GetShardIterator', 'DescribeStream', 'Query'];

/** Waits for three polls that begin after the call, and finds that nobody did anything meanwhile. */
const expectSilence = async (): Promise<Awaited<ReturnType<typeof state>>> => {
  const before = await state();
  const seen = proxy.seen.length;
  const enough = polls() + 4;
  await eventually(() => polls() >= enough);
  const asked = proxy.seen.slice(seen).map(({ operation }) => operation);
  expect(asked.filter((operation) => !POLLING.includes(operation))).toEqual([]);
  expect(await state()).toEqual(before);
  return before;
};

const countDocuments = (): number => documentsIn(instance.folder).length;

const erase = async (key: string): Promise<void> => {
  const flags = ['--issue', key, '--yes', '--table', tableName, '--endpoint', engine.endpoint];
  const ended = await runCli('erase', flags, { ARTIFACTS_DIR: instance.folder });
  expect(ended).toMatchObject({ code: 0, stderr: '' });
};

/** Deletes what expires with an event; the engine itself expires nothing. */
const expire = async (eventId: string): Promise<void> => {
  const client = createDocumentClient(embeddedConfig(engine.endpoint));
  for (const sk of ['E', 'P'])
    await client.send(new DeleteCommand({ TableName: tableName, Key: { pk: `E#${eventId}`, sk } }));
  client.destroy();
};

describe('correlation of a real stream', () => {
  it('runs no more often than there are batches, and then never, because nothing it writes comes back', {
    tags: ['deep'],
  }, async () => {
    const deliveries = burst();
    await deliverAll(deliveries);
    await instance.correlated();
    const { documents, records } = await expectSilence();
    expect(runs()).toBe(batches());
    expect(documents).toBeLessThanOrEqual(batches());
    expect(batches()).toBeLessThan(deliveries.length);
    expect(records).toBeGreaterThan(5 * deliveries.length);
    expect((await instance.get('/stats')).body).toMatchObject({ unprocessed: 0, failed: 0 });
  });

  it('writes one document for a delivery of commits, and none for the same bytes again', async () => {
    const sent = commits(commitsBody(commit(1, 'ABC-1 total'), commit(2, 'ABC-2 and UTF-8'), commit(3, '')));
    await instance.deliver(sent);
    await instance.correlated();
    expect(countDocuments()).toBe(1);
    await instance.deliver(sent);
    await instance.correlated();
    expect((await expectSilence()).documents).toBe(1);
  });

  it('does not run for an expired event, because only what comes is looked at', async () => {
    await instance.deliver(jira(issueBody('1', 'ABC-1', 1)));
    await instance.correlated();
    const documents = countDocuments();
    const before = await streamLength(engine.endpoint, tableName);
    const { events } = eventList.parse((await instance.get('/events')).body);
    for (const { event_id } of events) await expire(event_id);
    await instance.correlated();
    expect(await expectSilence()).toMatchObject({ documents, records: before + 2 });
  });

  it('does not run for an erased issue, because its commits were looked at when it was erased', async () => {
    await instance.deliver(jira(issueBody('1', 'ABC-1', 1)));
    await instance.deliver(jira(issueBody('2', 'ABC-2', 1)));
    await instance.deliver(commits(commitsBody(commit(1, 'ABC-1 total'))));
    await instance.correlated();
    const documents = countDocuments();
    await erase('ABC-1');
    await instance.correlated();
    expect((await expectSilence()).documents).toBe(documents);
    expect(await storyGaps(instance.get)).toEqual(['2']);
    expect(Object.values(await commitGaps(instance.get))).toEqual([['ABC-1']]);
  });

  it('runs at most once for an erased issue whose deletion mark stays, because its row has changed', async () => {
    await instance.deliver(jira(issueBody('1', 'ABC-1', 1)));
    await instance.deliver(jira(deletionBody('1', 'ABC-1', 2)));
    await instance.correlated();
    const documents = countDocuments();
    await erase('ABC-1');
    await instance.correlated();
    expect((await expectSilence()).documents).toBeLessThanOrEqual(documents + 1);
  });
});
