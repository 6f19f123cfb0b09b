import type { DeliveredCommit, DeliveredPullRequest } from '../../src/domain/commit.ts';

const COMMITTED_MS = Date.UTC(2024, 4, 1, 10);

/** A commit as a delivery lists it, for tests that care about a part of it. */
export const aCommit = (parts: Partial<DeliveredCommit> = {}): DeliveredCommit => ({
  repository: 'acme/shop',
  sha: 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3',
  message: 'Tidy up',
  author_name: 'Ada',
  committed_ms: COMMITTED_MS,
  branch: null,
  pull_request: null,
  ...parts,
});

/** A pull request as a delivery describes it, for tests that care about a part of it. */
export const aPullRequest = (parts: Partial<DeliveredPullRequest> = {}): DeliveredPullRequest => ({
  repository: 'acme/shop',
  id: '12',
  title: 'Tidy up',
  body: null,
  url: 'https://git.example.com/acme/shop/pull/12',
  branch: null,
  updated_ms: COMMITTED_MS,
  shas: [],
  ...parts,
});
