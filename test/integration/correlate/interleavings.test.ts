import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import type { ArtifactStore } from '../../../src/correlate/documents/artifact-store.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { copyTable, startCopy } from '../../support/copy-table.ts';
import { startCorrelation } from '../../support/correlation.ts';
import { depth, some } from '../../support/depth.ts';
import { randomOf } from '../../support/random.ts';
import { SEED } from '../../support/seed.ts';
import { useEngine } from '../../support/use-engine.ts';
import { commit, commitsBody, deletionBody, issueBody, pullRequestBody } from './bodies.ts';
import { bareStories, derivedRows, strayCommits } from './derived.ts';
import { gatedTable } from './gate.ts';
import { asBatch, eventRecord } from './records.ts';

const LIMIT_MS = 400_000;

/** Documents are not what is looked at here. */
const NOWHERE: ArtifactStore = { put: () => Promise.resolve(), replaceIfNewer: () => Promise.resolve(true) };

/** Sends a delivery and answers the records the stream would bring of it. */
type Send = (app: TestApp) => Promise<DynamoDBRecord[]>;

const issue =
  (body: string): Send =>
  async (app) => {
    const { event_id } = (await app.deliver(body)).body;
    return [eventRecord(event_id)];
  };

const pushed =
  (...list: object[]): Send =>
  async (app) => [eventRecord((await app.deliverCommits('commits', commitsBody(...list))).body.event_id)];

const titled =
  (title: string, head: number, minute: number): Send =>
  async (app) => {
    const body = pullRequestBody(7, title, head, minute);
    return [eventRecord((await app.deliverCommits('github', body, { event: 'pull_request' })).body.event_id)];
  };

/**
 * `first` is correlated in peace; then `other` is delivered and correlated while `one` is at work. `bare`: keys of
 * the stories without commits in the end; every commit belongs to a story then.
 */
type Pair = { what: string; first: Send[]; one: Send; other: Send; bare: string[] };

const PAIRS: Pair[] = [
  {
    what: 'a new commit, while its issue arrives',
    first: [],
    one: pushed(commit(1, 'AB-1')),
    other: issue(issueBody('1', 'AB-1', 1)),
    bare: [],
  },
  {
    what: 'an issue, while its commit arrives',
    first: [],
    one: issue(issueBody('1', 'AB-1', 1)),
    other: pushed(commit(1, 'AB-1')),
    bare: [],
  },
  {
    what: 'a commit told again with a branch, while the issue of its message arrives',
    first: [issue(issueBody('2', 'AB-2', 1)), pushed(commit(1, 'AB-1'))],
    one: pushed(commit(1, 'AB-1', { branch: 'ab-2' })),
    other: issue(issueBody('1', 'AB-1', 1)),
    bare: ['AB-2'],
  },
  {
    what: 'a new commit, while its issue is deleted',
    first: [issue(issueBody('1', 'AB-1', 1)), issue(issueBody('2', 'AB-2', 1))],
    one: pushed(commit(1, 'AB-1', { branch: 'ab-2' })),
    other: issue(deletionBody('1', 'AB-1', 2)),
    bare: [],
  },
  {
    what: 'the deletion of an issue, while a commit arrives',
    first: [issue(issueBody('1', 'AB-1', 1)), issue(issueBody('2', 'AB-2', 1))],
    one: issue(deletionBody('1', 'AB-1', 2)),
    other: pushed(commit(1, 'AB-1', { branch: 'ab-2' })),
    bare: [],
  },
  {
    what: 'an issue that takes a key, while the one that had it takes it back',
    first: [issue(issueBody('1', 'AB-1', 1)), pushed(commit(1, 'AB-1'), commit(2, 'AB-2'))],
    one: issue(issueBody('2', 'AB-1', 2, { from: 'AB-2' })),
    other: issue(issueBody('1', 'AB-2', 3, { from: 'AB-1' })),
    bare: [],
  },
  {
    what: 'an issue that moves, while it moves back',
    first: [issue(issueBody('1', 'AB-1', 1)), pushed(commit(1, 'AB-1'), commit(2, 'BC-1'))],
    one: issue(issueBody('1', 'BC-1', 2, { from: 'AB-1' })),
    other: issue(issueBody('1', 'AB-1', 3, { from: 'BC-1' })),
    bare: [],
  },
  {
    what: 'a commit that leaves an issue, while another one comes to it',
    first: [issue(issueBody('1', 'AB-1', 1)), pushed(commit(1, 'AB-2', { branch: 'ab-1' }))],
    one: issue(issueBody('2', 'AB-2', 1)),
    other: pushed(commit(2, 'AB-1')),
    bare: [],
  },
  {
    what: 'a commit that comes to an issue, while the only other one leaves it',
    first: [issue(issueBody('1', 'AB-1', 1)), pushed(commit(1, 'AB-2', { branch: 'ab-1' }))],
    one: pushed(commit(2, 'AB-1')),
    other: issue(issueBody('2', 'AB-2', 1)),
    bare: [],
  },
  {
    what: 'two deliveries that take the same commit from one issue to two others',
    first: [
      ...['1', '2', '3'].map((id) => issue(issueBody(id, `AB-${id}`, 1))),
      pushed(commit(1, 'no key')),
      titled('AB-1', 1, 1),
    ],
    one: titled('AB-2', 1, 2),
    other: titled('AB-3', 1, 3),
    bare: ['AB-1', 'AB-2'],
  },
  {
    what: 'an update that makes an epic of a story, while its commit leaves it',
    first: [
      issue(issueBody('1', 'AB-1', 1)),
      issue(issueBody('2', 'AB-2', 1)),
      pushed(commit(1, 'no key')),
      titled('AB-1', 1, 1),
    ],
    one: issue(issueBody('1', 'AB-1', 2, { type: { hierarchyLevel: 1 } })),
    other: titled('AB-2', 1, 2),
    bare: [],
  },
  {
    what: 'an update that makes an epic of a story, while a newer one takes that back',
    first: [issue(issueBody('1', 'AB-1', 1))],
    one: issue(issueBody('1', 'AB-1', 2, { type: { hierarchyLevel: 1 } })),
    other: issue(issueBody('1', 'AB-1', 3)),
    bare: ['AB-1'],
  },
  {
    what: 'a title that brings a commit, while a newer one takes it on',
    first: [issue(issueBody('1', 'AB-1', 1)), issue(issueBody('2', 'AB-2', 1)), pushed(commit(1, 'no key'))],
    one: titled('AB-1', 1, 1),
    other: titled('AB-2', 1, 2),
    bare: ['AB-1'],
  },
  {
    what: 'an update that makes an issue the newest of two that had a key, while a commit names that',
    first: [
      issue(issueBody('1', 'BC-1', 1, { from: 'AB-1' })),
      issue(issueBody('2', 'CD-1', 2, { from: 'AB-1' })),
      pushed(commit(1, 'AB-1')),
    ],
    one: issue(issueBody('1', 'BC-1', 3)),
    other: pushed(commit(2, 'AB-1')),
    bare: ['CD-1'],
  },
];

const engine = useEngine();

const send = async (app: TestApp, sends: Send[]): Promise<DynamoDBRecord[]> => {
  const records: DynamoDBRecord[] = [];
  for (const one of sends) records.push(...(await one(app)));
  return asBatch(records);
};

const handle = async (app: TestApp, records: DynamoDBRecord[], table = app.events.table): Promise<void> => {
  using correlation = startCorrelation(app, { artifacts: NOWHERE, table });
  expect(await correlation.run(records)).toEqual({ batchItemFailures: [] });
};

/** Plays what comes first once; answers what makes an app that begins there. */
const beginning = async ({ first }: Pair): Promise<() => Promise<TestApp>> => {
  const app = await startApp({ endpoint: engine.endpoint });
  await handle(app, await send(app, first));
  const copy = await copyTable(app);
  return () => startCopy(engine.endpoint, copy);
};

/** A title that is replaced leaves its key's row behind, or none if nobody saw it. Nothing follows from it. */
const rowsOf = async (app: TestApp): Promise<string[]> =>
  (await derivedRows(app)).filter((row) => !row.includes('"K#'));

/** Both delivered, then both correlated. */
const quietEnd = async (app: TestApp, pair: Pair): Promise<string[]> => {
  await handle(app, await send(app, [pair.one, pair.other]));
  expect(await bareStories(app)).toEqual(pair.bare);
  expect(await strayCommits(app)).toEqual([]);
  return rowsOf(app);
};

/** Does the other one before a call of the one. @returns how many calls that made, and the end of it all */
const interleave = async (
  app: TestApp,
  pair: Pair,
  before: number,
): Promise<{ calls: number; rows: string[] }> => {
  const records = await send(app, [pair.one]);
  const { table, calls } = gatedTable(app, engine.endpoint, async (call) => {
    if (call === before) await handle(app, await send(app, [pair.other]));
  });
  await handle(app, records, table);
  return { calls: calls(), rows: await rowsOf(app) };
};

/** Fewer than any batch makes, and how many calls are passed over then: about two of a batch's are tried. */
const FIRST_CALLS = 8;
const PASSED_OVER = 0.9;

const drawStride = () => {
  const random = randomOf(SEED);
  return (calls: number): number => 1 + Math.floor(random() * calls);
};

/** Half of the pairs, drawn by the seed, in `npm test`. */
const DRAWN_PAIRS = 7;

describe('one batch before each call of another', () => {
  it.concurrent.each(some(DRAWN_PAIRS, PAIRS))(
    'ends as both would in peace: $what',
    { tags: ['deep'], timeout: LIMIT_MS },
    async (pair) => {
      const begin = await beginning(pair);
      const quiet = await quietEnd(await begin(), pair);
      const stride = drawStride();
      const first = depth(stride(FIRST_CALLS), 0);
      for (
        let before = first, calls = before + 1;
        before < calls;
        before += depth(stride(calls * PASSED_OVER), 1)
      ) {
        const end = await interleave(await begin(), pair, before);
        calls = end.calls;
        // Calls are shared by chance: this time there may have been no such call, and so no other batch.
        if (before < calls) expect(end.rows, `before call ${before}`).toEqual(quiet);
      }
    },
  );
});
