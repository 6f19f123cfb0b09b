import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunDocument } from '../../../src/correlate/documents/schema.ts';
import { correlationDraft } from '../../property/correlation-drafts.ts';
import { placedSteps, placesOf } from '../../property/correlation-histories.ts';
import type { Arrival } from '../../property/histories.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { scanTable, startCorrelation } from '../../support/correlation.ts';
import { depth } from '../../support/depth.ts';
import { startTestEngine } from '../../support/engine.ts';
import type { HistoryStep } from '../../support/history-steps.ts';
import { contestedHistory } from './contested.ts';
import { delayCalls } from './delay-calls.ts';
import { type View, viewOf } from './expected-view.ts';
import { chooseBy, feedHistory } from './feed.ts';
import { commitGaps, commitsOf, documentsIn, issueIdsOf, latestIn, storyGaps } from './found.ts';

const HISTORIES = depth(1, 3);
const CONTESTED_HISTORIES = depth(1, 5);
const ORDERS = 2;
const LIMIT_MS = 120_000 + HISTORIES * 20_000;
/** An engine slows down with every write it has ever taken. */
const HISTORIES_OF_AN_ENGINE = 20;

const PLACES = placesOf(1);

let engine: Awaited<ReturnType<typeof startTestEngine>>;
let played = 0;

beforeAll(async () => {
  engine = await startTestEngine();
});

afterAll(() => engine.stop());

const restEngine = async (): Promise<void> => {
  played += 1;
  if (played % HISTORIES_OF_AN_ENGINE !== 0) return;
  await engine.stop();
  engine = await startTestEngine();
};

/** Links as the rows hold them; a commit that only a pull request mentions is not known yet. */
const storedLinks = async (app: TestApp) => {
  const links: Record<string, Record<string, unknown>> = { commit: {}, pull_request: {} };
  for (const { pk, sk, body } of await scanTable(app)) {
    if (sk !== 'L' || !/^[CP]#/.test(String(pk))) continue;
    const { ref, state, links: its } = JSON.parse(String(body));
    const ofKind = links[ref.kind];
    if (ofKind && state.details !== null) ofKind[`${ref.repository} ${ref.id}`] = its;
  }
  return { commits: links.commit, pull_requests: links.pull_request };
};

const eachOf = async <Value>(
  names: string[],
  find: (name: string) => Promise<Value>,
): Promise<Record<string, Value>> =>
  Object.fromEntries(await Promise.all(names.map(async (name) => [name, await find(name)])));

/** An issue that nobody has described has no commits. */
const commitsOfKnown = async (app: TestApp, id: string): Promise<string[]> =>
  (await app.get(`/issues/${id}`)).status === 404 ? [] : commitsOf(app.get, id);

const supersederOf = async (app: TestApp, id: string): Promise<unknown> =>
  (await app.get(`/issues/${id}`)).body.superseded_by;

/** Listed are those that nobody supersedes; a key finds the one that has it. */
const checkSuperseded = async (app: TestApp, { superseders }: View): Promise<void> => {
  expect(await eachOf(Object.keys(superseders), (id) => supersederOf(app, id))).toEqual(superseders);
  const listed = await Promise.all(PLACES.projects.map((name) => issueIdsOf(app.get, name)));
  const expected = Object.keys(superseders).filter((id) => superseders[id] === null);
  expect(listed.flat().sort()).toEqual(expected.sort());
  for (const id of expected) {
    const { body } = await app.get(`/issues/${id}`);
    expect((await app.get(`/issues/${body.issue_key}`)).body.issue_id).toBe(id);
  }
};

const checkRoutes = async (app: TestApp, view: View): Promise<void> => {
  await checkSuperseded(app, view);
  const { commits, pull_requests, issues, stories_without_commits, commits_without_issue } = view;
  expect(await storedLinks(app)).toEqual({ commits, pull_requests });
  expect(await eachOf(Object.keys(issues), (id) => commitsOfKnown(app, id))).toEqual(
    Object.fromEntries(Object.entries(issues).map(([id, own]) => [id, own.commits])),
  );
  expect(await eachOf(PLACES.projects, (name) => storyGaps(app.get, `?project=${name}`))).toEqual(
    stories_without_commits,
  );
  expect(await storyGaps(app.get)).toEqual(Object.values(stories_without_commits).flat());
  expect(
    await eachOf(PLACES.repositories, (name) =>
      commitGaps(app.get, `?repository=${encodeURIComponent(name)}`),
    ),
  ).toEqual(commits_without_issue);
  expect(await commitGaps(app.get)).toEqual(Object.assign({}, ...Object.values(commits_without_issue)));
};

/** What a document says of an issue that it lists, as `view.issues` has it. */
const inDocument = ({ correlation }: RunDocument, id: string) => {
  const matched = correlation.matched.find(({ issue_id }) => issue_id === id);
  return {
    commits: (matched?.commits ?? [])
      .map(({ repository, sha, rule }) => `${repository} ${sha} ${rule}`)
      .sort(),
    pull_requests: (matched?.pull_requests ?? [])
      .map(({ repository, id: number, rule }) => `${repository} ${number} ${rule}`)
      .sort(),
    isGap: correlation.stories_without_commits.some(({ issue_id }) => issue_id === id),
  };
};

/** The newest document that lists an issue is what people read of it. */
const checkDocuments = (folder: string, batches: number, view: View): void => {
  const documents = documentsIn(folder);
  expect(documents.length).toBeLessThanOrEqual(batches);
  expect(latestIn(folder)).toEqual(documents.at(-1));
  const newest = new Map(
    documents.flatMap((document) => document.issues.map(({ issue_id }) => [issue_id, document] as const)),
  );
  for (const [id, own] of Object.entries(view.issues)) {
    const document = newest.get(id);
    const nothing = { commits: [], pull_requests: [], isGap: false };
    expect(document ? inDocument(document, id) : nothing, `issue ${id} in its newest document`).toEqual(own);
  }
};

/** A batch that holds everything once more finds all of it. */
const checkWhole = (document: RunDocument | undefined, view: View): void => {
  const { correlation } = document ?? expect.unreachable('no document');
  const known = Object.keys(view.commits).length;
  const waiting = Object.assign({}, ...Object.values(view.commits_without_issue));
  const found = correlation.commits_without_story.map(({ repository, sha, candidates }) => [
    `${repository} ${sha}`,
    candidates.toSorted(),
  ]);
  expect(Object.fromEntries(found)).toEqual(waiting);
  expect(correlation.summary).toMatchObject({ commits: known, commits_without_story: found.length });
};

const playOrder = async (
  { steps, arrival, view }: { steps: HistoryStep[]; arrival: Arrival; view: View },
  tape: number[],
): Promise<void> => {
  const app = await startApp({ endpoint: engine.endpoint });
  using correlation = startCorrelation(app);
  const { folder } = correlation;
  delayCalls(app.events.table, chooseBy(tape.toReversed()));
  const { batches, records } = await feedHistory(app, correlation, { steps, arrival }, chooseBy(tape));
  await checkRoutes(app, view);
  checkDocuments(folder, batches, view);
  await correlation.run(records);
  await checkRoutes(app, view);
  checkDocuments(folder, batches + 1, view);
  checkWhole(documentsIn(folder).at(-1), view);
  expect((await app.get('/stats')).body).toMatchObject({ unprocessed: 0, failed: 0, complete: true });
};

type Played = { steps: HistoryStep[]; arrivals: Arrival[] };

const tape = fc.array(fc.nat({ max: 999 }), { minLength: 60, maxLength: 60 });
const tapes = fc.array(tape, { minLength: ORDERS, maxLength: ORDERS });

/** Plays a history in several orders, each on a table of its own. */
const playAll = async ({ steps, arrivals }: Played, drawn: number[][]): Promise<void> => {
  await restEngine();
  const view = viewOf(steps, PLACES);
  // The last orders are those that send several at once.
  const orders = arrivals.slice(-ORDERS);
  await Promise.all(orders.map((arrival, order) => playOrder({ steps, arrival, view }, drawn[order] ?? [0])));
};

const [REPOSITORY = ''] = PLACES.repositories;

const KINDS: [string, fc.Arbitrary<Played>, number][] = [
  ['of any kind', correlationDraft.map((draft) => placedSteps(draft, 1)), HISTORIES],
  ['that contest the same commits', contestedHistory(PLACES.projects, REPOSITORY), CONTESTED_HISTORIES],
];

describe('deliveries and commits in any order, handled by batches beside each other', () => {
  it.each(KINDS)(
    '%s end as one fold over the whole history, because rows are read again and written by revision',
    { tags: ['deep'], timeout: LIMIT_MS },
    async (_, history, numRuns) => {
      const property = fc.asyncProperty(history, tapes, playAll);
      await fc.assert(property, {
        numRuns,
        interruptAfterTimeLimit: LIMIT_MS - 60_000,
        markInterruptAsFailure: true,
      });
    },
  );
});
