import { sha256Hex } from '../../../src/domain/event-id.ts';
import { bodyWith, nextMarks } from '../http/bodies.ts';

/** All issues are of one project and all commits of one repository: nothing is spread over partitions. */
const REPOSITORY = 'acme/shop';
const FIRST_COMMIT_MS = Date.UTC(2025, 5);

type CommitMarks = { sha: string; committed_ms: number };

/** What differs from one commit to the next. Always of the same length. */
export const commitMarks = (commit: number): CommitMarks => ({
  sha: sha256Hex(`commit ${commit}`).slice(0, 40),
  committed_ms: FIRST_COMMIT_MS + commit * 1_000,
});

const issueKey = (issue: number): string => nextMarks(issue).issue_key;

/** A full delivery of an issue, newer than all before. */
export const issueBody = (issue: number, event: string): Buffer => bodyWith(nextMarks(issue), event);

/** A comment as Cloud sends it: the issue in part only. */
export const commentBody = (issue: number): string => {
  const { issue_id, issue_key, timestamp_ms } = nextMarks(issue);
  const site = 'https://jira.example.com/rest/api/2';
  return JSON.stringify({
    timestamp: timestamp_ms,
    webhookEvent: 'comment_created',
    comment: { self: `${site}/issue/${issue_id}/comment/1`, id: '1', body: 'Done, please look at it.' },
    issue: { id: issue_id, key: issue_key, fields: { summary: 'Pay by invoice', issuetype: { id: '1' } } },
  });
};

/** A commit and the number of the issue that its message names, or null. */
export type ListedCommit = { commit: number; issue: number | null };

const message = (issue: number | null): string =>
  issue === null ? 'Tidy up' : `${issueKey(issue)} Let the cart be paid by invoice`;

/** A delivery of commits in our own format. */
export const commitsBody = (listed: ListedCommit[]): string =>
  JSON.stringify({
    repository: REPOSITORY,
    commits: listed.map(({ commit, issue }) => {
      const { sha, committed_ms } = commitMarks(commit);
      return {
        sha,
        message: message(issue),
        author: 'Ada Example',
        committed_at: new Date(committed_ms).toISOString(),
        branch: 'main',
      };
    }),
  });
