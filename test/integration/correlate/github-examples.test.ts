import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isJsonObject, own } from '../../../src/domain/json.ts';
import { rowsReader } from '../../../src/store/calls/gather.ts';
import { readRefs } from '../../../src/store/links/refs.ts';
import { type Answer, startApp, type TestApp } from '../../support/app.ts';
import { type GithubExample, githubExamples } from '../../support/commit-bodies.ts';
import { startCorrelation, type TestCorrelation } from '../../support/correlation.ts';
import { depth } from '../../support/depth.ts';
import { useEngine } from '../../support/use-engine.ts';
import { issueBody } from './bodies.ts';
import { processingOf } from './derived.ts';
import { commitGaps } from './found.ts';
import { asBatch, eventRecord } from './records.ts';

const REPOSITORY = 'Codertocat/Hello-World';

const engine = useEngine();
let app: TestApp;
let correlation: TestCorrelation;
let answers: { event: string; answer: Answer }[];

const nameOf = ({ event, body }: GithubExample): string => `${event} ${String(own(body, 'action'))}`;

/** All that tell of a commit or pull request, and of the other events one for each action. */
const oneOfEach = (examples: GithubExample[]): GithubExample[] => {
  const first = new Set(new Map(examples.toReversed().map((one) => [nameOf(one), one])).values());
  return examples.filter((one) => ['push', 'pull_request'].includes(one.event) || first.has(one));
};

const EXAMPLES = depth(oneOfEach, (all: GithubExample[]) => all)(githubExamples());

beforeAll(async () => {
  app = await startApp({ endpoint: engine.endpoint });
  correlation = startCorrelation(app);
  answers = [];
  for (const { event, body } of EXAMPLES)
    answers.push({ event, answer: await app.deliverCommits('github', JSON.stringify(body), { event }) });
  expect(await correlation.run()).toEqual({ batchItemFailures: [] });
});

afterAll(() => correlation[Symbol.dispose]());

/** What was made of the first delivery of every example of an event. */
const processingOfAll = async (name: string) => {
  const ids = answers.flatMap(({ event, answer }) => (event === name ? [String(answer.body.event_id)] : []));
  return Promise.all([...new Set(ids)].map((id) => processingOf(app, id)));
};

describe("GitHub's own examples", () => {
  it('are all accepted, because the webhook may be set to send everything', { tags: ['deep'] }, () => {
    expect(answers.length).toBeGreaterThan(depth(200, 700));
    for (const { event, answer } of answers) expect([200, 202], event).toContain(answer.status);
    expect(new Set(answers.map(({ answer }) => answer.body.outcome))).toEqual(
      new Set(['recorded', 'duplicate']),
    );
  });

  it('are all handled, and none is parked', { tags: ['deep'] }, async () => {
    const { body } = await app.get('/stats');
    expect(body).toMatchObject({ unprocessed: 0, failed: 0, complete: true, outcomes: { quarantined: 0 } });
    const statuses = (await processingOfAll('pull_request')).map(({ status }) => status);
    expect(statuses.length).toBeGreaterThan(30);
    expect(new Set(statuses)).toEqual(new Set(['processed']));
    expect(new Set((await processingOfAll('star')).map(({ status }) => status))).toEqual(
      new Set(['not_needed']),
    );
  });

  it('leave their one commit without a story, once for all pushes that list it', async () => {
    expect(await commitGaps(app.get)).toEqual({
      [`${REPOSITORY} 6113728f27ae82c7b1a177c8d03f9e96e0adf246`]: [],
    });
    expect(await commitGaps(app.get, `?repository=${REPOSITORY}`)).toEqual(await commitGaps(app.get));
    expect(correlation.latest().correlation.commits_without_story).toMatchObject([
      {
        message_title: 'Initial commit',
        author_name: 'Codertocat',
        committed_at: '2019-05-15T15:19:25.000Z',
      },
    ]);
  });

  it('leave one pull request, described as the newest of them does', async () => {
    const repository = REPOSITORY.toLowerCase();
    const ref = { kind: 'pull_request', repository, id: '2' } as const;
    const read = rowsReader({ table: app.events.table, signal: AbortSignal.timeout(10_000) });
    const [row] = await readRefs(read, 'default', [ref]);
    expect(row).toMatchObject({
      links: null,
      state: { title: 'Update the README with new information.', branch_keys: [], title_keys: [] },
    });
  });
});

describe('an example of a pull request whose title names a story', () => {
  it('belongs to it, although its commit is not known yet, and so the story has no commits', async () => {
    const example = githubExamples().find(({ event }) => event === 'pull_request')?.body ?? {};
    const pullRequest = own(example, 'pull_request');
    if (!isJsonObject(pullRequest)) return expect.unreachable('the example has another shape');
    const changed = { ...pullRequest, title: 'ABC-1 Update the README', updated_at: '2026-03-01T00:00:00Z' };
    const issue = await app.deliver(issueBody('1', 'ABC-1', 1));
    const described = await app.deliverCommits(
      'github',
      JSON.stringify({ ...example, pull_request: changed }),
      { event: 'pull_request' },
    );
    await correlation.run(asBatch([issue, described].map(({ body }) => eventRecord(body.event_id))));
    const { matched, stories_without_commits } = correlation.latest().correlation;
    expect(matched).toMatchObject([
      {
        issue_key: 'ABC-1',
        commits: [],
        pull_requests: [{ repository: REPOSITORY, id: '2', rule: 'pull_request_title' }],
      },
    ]);
    expect(stories_without_commits).toMatchObject([{ issue_key: 'ABC-1' }]);
  });
});
