import type { Source } from '../../src/domain/source.ts';
import { bodyOf, type DeliveryModel } from './jira-deliveries.ts';

export type CommitModel = { sha: string; message: string; committedMs: number };
type ListedModel = CommitModel & {
  branch: string | null;
  pullRequest: { id: string; title: string } | null;
};

/** One delivery of a history. `push` and `pull_request` are GitHub's, `listed` is our own format. */
export type HistoryStep =
  | { kind: 'issue'; delivery: DeliveryModel }
  | { kind: 'push'; repository: string; branch: string; commits: CommitModel[] }
  | {
      kind: 'pull_request';
      repository: string;
      id: string;
      title: string;
      branch: string;
      updatedMs: number;
      /** Its newest commit. */
      head: string;
      /** The commit it was merged as. */
      merged: string | null;
    }
  | { kind: 'listed'; repository: string; commits: ListedModel[] };

type Step<Kind extends HistoryStep['kind']> = HistoryStep & { kind: Kind };

const iso = (ms: number): string => new Date(ms).toISOString();

const pushBody = ({ repository, branch, commits }: Step<'push'>): object => ({
  ref: `refs/heads/${branch}`,
  repository: { full_name: repository },
  commits: commits.map(({ sha, message, committedMs }) => ({
    id: sha,
    message,
    timestamp: iso(committedMs),
    author: { name: 'Ada', email: 'ada@example.com' },
  })),
});

const pullRequestBody = (step: Step<'pull_request'>): object => ({
  action: step.merged === null ? 'edited' : 'closed',
  repository: { full_name: step.repository },
  pull_request: {
    number: Number(step.id),
    title: step.title,
    html_url: `https://git.example.com/${step.repository}/pull/${step.id}`,
    updated_at: iso(step.updatedMs),
    head: { ref: step.branch, sha: step.head },
    merged: step.merged !== null,
    merge_commit_sha: step.merged ?? 'f'.repeat(40),
  },
});

const listedBody = ({ repository, commits }: Step<'listed'>): object => ({
  repository,
  commits: commits.map(({ sha, message, committedMs, branch, pullRequest }) => ({
    sha,
    message,
    author: 'Ada',
    committed_at: iso(committedMs),
    branch,
    pull_request: pullRequest && {
      ...pullRequest,
      url: `https://git.example.com/${repository}/pull/${pullRequest.id}`,
    },
  })),
});

/** What is sent: to the route of `source`, under the event header `event`. Equal steps give equal bytes. */
export const deliveryOf = (step: HistoryStep): { source: Source; event: string | null; body: string } => {
  switch (step.kind) {
    case 'issue':
      return { source: 'jira', event: null, body: bodyOf(step.delivery) };
    case 'push':
      return { source: 'github', event: 'push', body: JSON.stringify(pushBody(step)) };
    case 'pull_request':
      return { source: 'github', event: 'pull_request', body: JSON.stringify(pullRequestBody(step)) };
    case 'listed':
      return { source: 'commits', event: null, body: JSON.stringify(listedBody(step)) };
  }
};
