import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { COMMIT_SECRETS } from '../../support/app.ts';
import { deliveryOf } from '../../support/history-steps.ts';
import { publishedValidator } from '../../support/schemas.ts';
import { runCli, spawnCli } from '../cli/run-cli.ts';
import { eventually } from '../local/processes.ts';
import { deletionBody, issueBody } from './bodies.ts';
import { documentsIn, latestIn, listAll } from './found.ts';
import { type RealInstance, startRealInstance, TABLE_NAME } from './real-instance.ts';
import { makeShop } from './shop-history.ts';

let folder: string;
let shop: Awaited<ReturnType<typeof makeShop>>;
let instance: RealInstance;

const jira = async (...bodies: string[]): Promise<void> => {
  await Promise.all(bodies.map((body) => instance.deliver({ source: 'jira', event: null, body })));
};

/** `npm run commits` of the shop, in this process or in one of its own; answers what it prints. */
const sendCommits = async (run: typeof runCli, ...branches: string[]): Promise<string> => {
  const to = ['--repo', shop.folder, '--name', 'acme/shop', '--url', instance.url];
  const named = branches.flatMap((branch) => ['--branch', branch]);
  const env = { COMMITS_WEBHOOK_SECRET: COMMIT_SECRETS.commits };
  const { code, stdout, stderr } = await run('commits', [...to, ...named], env);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
};

const EPIC = { name: 'Epic', hierarchyLevel: 1 };
const SUBTASK = { name: 'Sub-task', subtask: true, hierarchyLevel: -1 };

const pullRequest = (head: string, merged: string) =>
  deliveryOf({
    kind: 'pull_request',
    ...{ repository: 'acme/shop', id: '12', title: 'PAY-1 Pay by invoice', branch: 'invoice' },
    ...{ updatedMs: Date.UTC(2026, 2, 3), head, merged },
  });

/** Deliveries before, between and after the commits that name their issues. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jira-webhook-sync-test-'));
  [instance, shop] = await Promise.all([startRealInstance(), makeShop(join(folder, 'shop'))]);
  await jira(issueBody('1', 'SHOP-1', 1), issueBody('2', 'SHOP-2', 1), issueBody('6', 'SHOP-6', 1));
  await jira(issueBody('7', 'OLD-7', 1), issueBody('8', 'SHOP-8', 1));
  await shop.begin();
  await sendCommits(spawnCli, 'main', 'feature/shop-2-login', 'fix/shop-4-rounding');
  await jira(issueBody('4', 'SHOP-4', 1), issueBody('9', 'SHOP-9', 1, { type: EPIC }));
  const { head, squash } = await shop.release();
  await sendCommits(runCli, 'main', 'fix/shop-4-rounding');
  await instance.deliver(pullRequest(head, squash));
  await jira(issueBody('3', 'SHOP-3', 1), issueBody('5', 'SHOP-5', 1, { type: SUBTASK }));
  await jira(issueBody('101', 'PAY-1', 1), issueBody('102', 'PAY-2', 1));
  await jira(issueBody('7', 'SHOP-7', 2, { from: 'OLD-7' }), deletionBody('8', 'SHOP-8', 2));
  await instance.correlated();
});

afterAll(async () => {
  await instance.stop();
  await rm(folder, { recursive: true });
});

const commit = z.looseObject({ message_title: z.string(), rule: z.optional(z.string()) });
const gap = z.looseObject({ message_title: z.string(), candidates: z.array(z.string()) });
const story = z.looseObject({ issue_key: z.string() });

const commitsOf = async (key: string): Promise<string[]> => {
  const items = await listAll(instance.get, `/issues/${key}/commits`);
  return items
    .map((item) => commit.parse(item))
    .map(({ message_title, rule }) => `${rule}: ${message_title}`)
    .sort();
};

describe('the history of a shop', () => {
  it.each([
    [
      'SHOP-1',
      [
        'message: Revert "SHOP-1 Show the cart total"',
        'message: SHOP-1 Show the cart total',
        'message: SHOP-1, SHOP-5 and PAY-1: one form',
      ],
    ],
    [
      'SHOP-2',
      [
        'branch: Show the login page',
        "message: Merge branch 'feature/shop-2-login'",
        'message: Remember who logs in',
      ],
    ],
    ['SHOP-3', ["message: Merge branch 'feature/SHOP-3-search'"]],
    [
      'SHOP-4',
      [
        'branch: Round half up',
        'branch: Round half up',
        'message: SHOP-4 Round taxes too',
        'message: SHOP-4 Round taxes too',
      ],
    ],
    ['SHOP-5', ['message: SHOP-1, SHOP-5 and PAY-1: one form']],
    ['SHOP-6', []],
    ['SHOP-7', ['message: OLD-7 Export as CSV']],
    ['SHOP-8', []],
    ['SHOP-9', []],
    ['PAY-1', ['message: SHOP-1, SHOP-5 and PAY-1: one form', 'pull_request_title: Pay by invoice (#12)']],
    ['PAY-2', []],
  ])('gives %s its commits, because a person would', async (key, expected) => {
    expect(await commitsOf(key)).toEqual(expected);
  });

  it('leaves two stories without commits; an epic, a sub-task and a deleted issue are none', async () => {
    const items = await listAll(instance.get, '/gaps/stories-without-commits');
    expect(items.map((item) => story.parse(item).issue_key)).toEqual(['PAY-2', 'SHOP-6']);
  });

  it('leaves commits without a story, each with the keys that it waits for', async () => {
    const items = await listAll(instance.get, '/gaps/commits-without-story?repository=acme/shop');
    const gaps = items.map((item) => gap.parse(item));
    expect(gaps.map((item) => [item.message_title, ...item.candidates]).sort()).toEqual([
      ['Bump lodash from 4.17.20 to 4.17.21 (#13)'],
      ['Find by colour'],
      ['Read UTF-8, fix CVE-2024-1', 'UTF-8', 'CVE-2024'],
      ['SHOP-8 Drop the banner', 'SHOP-8'],
      ['pay-2 typo'],
    ]);
  });
});

describe('the artifacts', () => {
  const isDocument = publishedValidator('run-document');
  const isSummary = publishedValidator('latest-summary');

  it('are valid by the published schemas, and the latest is there within seconds of a delivery', async () => {
    const before = documentsIn(instance.folder).length;
    await jira(issueBody('6', 'SHOP-6', 3, { versions: ['2.0.0'] }));
    await eventually(() => documentsIn(instance.folder).length > before);
    await instance.correlated();
    const documents = documentsIn(instance.folder);
    for (const document of documents) expect(isDocument(document)).toEqual([]);
    expect(latestIn(instance.folder)).toEqual(documents.at(-1));
    expect(documents.at(-1)).toMatchObject({
      args: { trigger: 'stream' },
      correlation: { stories_without_commits: [{ issue_key: 'SHOP-6', fix_versions: ['2.0.0'] }] },
    });
    const summary = latestIn(instance.folder, 'latest_summary');
    expect(isSummary(summary)).toEqual([]);
    expect(summary).toMatchObject({
      run_id: documents.at(-1)?.run_id,
      summary: { stories_without_commits: 1 },
    });
  });

  it('hold a pull request beside its commit, because both belong to the story', () => {
    const documents = documentsIn(instance.folder).filter(({ issues }) =>
      issues.some(({ issue_key }) => issue_key === 'PAY-1'),
    );
    const matched = documents.at(-1)?.correlation.matched.find(({ issue_key }) => issue_key === 'PAY-1');
    expect(matched?.pull_requests).toMatchObject([
      { id: '12', title: 'PAY-1 Pay by invoice', rule: 'pull_request_title' },
    ]);
    expect(matched?.commits).toHaveLength(2);
  });

  it('are made on demand as the listings say, and leave the latest alone', async () => {
    const latest = latestIn(instance.folder);
    const flags = ['--project', 'SHOP', '--table', TABLE_NAME, '--endpoint', instance.endpoint];
    const { code } = await runCli('correlate', flags, { ARTIFACTS_DIR: instance.folder });
    const document = documentsIn(instance.folder).at(-1);
    expect([code, isDocument(document)]).toEqual([0, []]);
    expect(document).toMatchObject({
      args: { trigger: 'manual', project: 'SHOP' },
      correlation: {
        // The epic, the sub-task and the deleted issue are issues of the project; SHOP-8 is what a commit names.
        summary: { issues: 9, matched: 6, stories_without_commits: 1, commits: 13, commits_without_story: 1 },
      },
    });
    expect(latestIn(instance.folder)).toEqual(latest);
  });
});

describe('the same commits sent again', () => {
  const LISTINGS = ['/issues/SHOP-4/commits', '/gaps/stories-without-commits', '/gaps/commits-without-story'];
  const listings = () => Promise.all(LISTINGS.map((target) => listAll(instance.get, target, 100)));

  it('change nothing, because their bytes are known', async () => {
    const [before, documents] = [await listings(), documentsIn(instance.folder).length];
    expect(await sendCommits(runCli, 'main', 'fix/shop-4-rounding')).toMatch(
      /accepted +0 +0\nduplicate +\d +16\n/,
    );
    await instance.correlated();
    expect(await listings()).toEqual(before);
    expect(documentsIn(instance.folder)).toHaveLength(documents);
  });
});
