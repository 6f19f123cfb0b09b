import { fullBody } from './story.ts';

/** One delivery of the release chapter: an issue from Jira, or commits from a build. */
export type ReleaseStep = { happens: string; sent: string; source: 'jira' | 'commits'; body: Buffer };

const issueCreated = (id: string, key: string, minute: string, summary: string): Buffer =>
  fullBody('jira:issue_created', `2026-03-03T16:${minute}:00.150Z`, {
    id,
    key,
    updated: `2026-03-03T16:${minute}:00.100+0000`,
    status: 'To Do',
    summary,
  });

const commit = (digit: string, minute: string, message: string) => ({
  sha: digit.repeat(40),
  message,
  author: 'Ada Example',
  committed_at: `2026-03-03T11:${minute}:00-07:00`,
  branch: 'main',
});

const COMMITS = [
  commit('a', '00', 'SHOP-1 Read the invoice address'),
  commit('b', '10', 'SHOP-1 Show it to the buyer\n\nMore in the wiki.'),
  commit('c', '20', 'Tidy up'),
];

/** Two stories, commits for one of them, and one commit that belongs to none. */
export const RELEASE: readonly ReleaseStep[] = [
  {
    happens: 'Commits arrive before their story',
    sent: 'commits acme/shop',
    source: 'commits',
    body: Buffer.from(JSON.stringify({ repository: 'acme/shop', commits: COMMITS })),
  },
  {
    happens: 'A story is created',
    sent: 'issue_created SHOP-1',
    source: 'jira',
    body: issueCreated('10011', 'SHOP-1', '00', 'Pay by invoice'),
  },
  {
    happens: 'A second story, without commits',
    sent: 'issue_created SHOP-2',
    source: 'jira',
    body: issueCreated('10012', 'SHOP-2', '05', 'Pay by card'),
  },
];

/** What correlation must find, by route: the names of the items, in order. */
export const RELEASE_ENDS_AS: Readonly<Record<string, string[]>> = {
  '/issues/SHOP-1/commits': ['Read the invoice address by message', 'Show it to the buyer by message'],
  '/gaps/stories-without-commits?project=SHOP': ['SHOP-2 Pay by card'],
  '/gaps/commits-without-story?repository=acme/shop': ['Tidy up'],
};
