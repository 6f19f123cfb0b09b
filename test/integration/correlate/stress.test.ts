import type { DynamoDBRecord } from 'aws-lambda';
import pMap from 'p-map';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ArtifactStore } from '../../../src/correlate/documents/artifact-store.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { startCorrelation, type TestCorrelation } from '../../support/correlation.ts';
import { depth } from '../../support/depth.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { randomOf } from '../../support/random.ts';
import { SEED } from '../../support/seed.ts';
import { useEngine } from '../../support/use-engine.ts';
import { commit, commitsBody, deletionBody, issueBody, pullRequestBody } from './bodies.ts';
import { derivedRows } from './derived.ts';
import { asBatch, eventRecord } from './records.ts';
import { through } from './scenario.ts';

const LIMIT_MS = 400_000;
const WORLDS = depth(1, 5);
const WORLDS_AT_A_TIME = 4;
const BATCHES_AT_A_TIME = 5;

/** So many calls come late, by so much: what lies between two calls of a batch grows, and others get in. */
const LATE_PERCENT = 20;
const LATE_MS = 25;

/** Documents are not what is looked at here. */
const NOWHERE: ArtifactStore = { put: () => Promise.resolve(), replaceIfNewer: () => Promise.resolve(true) };

const engine = useEngine();
let proxy: FaultProxy;

beforeAll(async () => {
  proxy = await startFaultProxy(engine.endpoint);
});

afterAll(() => proxy.close());

/** A whole number from 0 to below `most`. */
type Random = (most: number) => number;

const drawWhole = (): Random => {
  const random = randomOf(SEED);
  return (most) => Math.floor(random() * most);
};

/** Sends a delivery and answers the records the stream would bring of it. */
type Send = (app: TestApp) => Promise<DynamoDBRecord[]>;

const issue =
  (body: string): Send =>
  async (app) => {
    const { event_id } = (await app.deliver(body)).body;
    return [eventRecord(event_id)];
  };

const commits =
  (source: 'commits' | 'github', body: string, event?: string): Send =>
  async (app) => {
    const sent = await app.deliverCommits(source, body, event === undefined ? {} : { event });
    return [eventRecord(sent.body.event_id)];
  };

/** A few issues that take each other's keys, come again and partly go, and what names these keys. */
const world = (number: number, random: Random): Send[] => {
  const key = (): string => `W${number}-${1 + random(4)}`;
  const idOf = (n: number): string => String(number * 10 + n);
  const issues = Array.from({ length: 4 + random(3) }, (_, n) => {
    const id = idOf(random(3));
    const from = random(3) === 0 ? { from: key() } : {};
    const type = random(5) === 0 ? { type: { hierarchyLevel: 1 } } : {};
    return issue(issueBody(id, key(), 1 + n, { ...from, ...type }));
  });
  const shas = [0, 1, 2].map((n) => ({ n: number * 10 + n, message: random(2) === 0 ? key() : 'no key' }));
  const pushes = shas.flatMap(({ n, message }) =>
    Array.from({ length: 1 + random(2) }, () =>
      commits('commits', commitsBody(commit(n, message, { branch: `fix/${key().toLowerCase()}` }))),
    ),
  );
  const titles = Array.from({ length: random(3) }, (_, minute) =>
    commits('github', pullRequestBody(number, key(), number * 10 + random(3), minute), 'pull_request'),
  );
  const deletions = random(3) === 0 ? [issue(deletionBody(idOf(2), key(), 9))] : [];
  return [...issues, ...pushes, ...titles, ...deletions];
};

const shuffle = <T>(items: readonly T[], random: Random): T[] =>
  items
    .map((item) => ({ item, at: random(2 ** 31) }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);

const handle = async (correlation: TestCorrelation, records: DynamoDBRecord[]): Promise<void> => {
  expect(await correlation.run(asBatch(records))).toEqual({ batchItemFailures: [] });
};

/** Each delivery in a batch of its own, several at once; one in four comes again, once it is stored. */
const hurry = async (app: TestApp, correlation: TestCorrelation, sends: Send[], random: Random) => {
  await pMap(
    shuffle(sends, random),
    async (send) => {
      const records = shuffle(await send(app), random);
      const again = random(4) === 0 ? records : [];
      await Promise.all([records, again].map((batch) => handle(correlation, batch)));
    },
    { concurrency: BATCHES_AT_A_TIME },
  );
};

/** A title that is replaced leaves its keys' rows behind, in whatever order: nothing follows from them. */
const isKeyRow = (row: string): boolean => row.includes('"K#');

const rowsOf = async (app: TestApp): Promise<string[]> =>
  (await derivedRows(app)).filter((row) => !isKeyRow(row));

/** One after the other, and one run over everything at the end. */
const quietRows = async (worlds: Send[][]): Promise<string[]> => {
  const app = await startApp({ endpoint: engine.endpoint });
  using correlation = startCorrelation(app, { artifacts: NOWHERE });
  await pMap(
    worlds,
    async (sends) => {
      for (const send of sends) await send(app);
    },
    { concurrency: WORLDS_AT_A_TIME },
  );
  await handle(correlation, await correlation.records());
  return rowsOf(app);
};

describe('many batches at once, over deliveries that keep coming in any order', () => {
  it('end as one quiet run over everything', { tags: ['deep'], timeout: LIMIT_MS }, async () => {
    const random = drawWhole();
    const worlds = Array.from({ length: WORLDS }, (_, number) => world(number + 1, random));
    const app = await startApp({ endpoint: engine.endpoint });
    using correlation = through(app, proxy, { artifacts: NOWHERE });
    const late = () => random(100) < LATE_PERCENT;
    proxy.fail({ kind: 'slow', ms: LATE_MS }, { when: late });
    await pMap(worlds, (sends) => hurry(app, correlation, sends, random), {
      concurrency: WORLDS_AT_A_TIME,
    });
    expect(await rowsOf(app)).toEqual(await quietRows(worlds));
  });
});
