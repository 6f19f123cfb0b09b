import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { CommitDelivery } from '../../src/domain/commit.ts';
import type { Problem } from '../../src/domain/delivery.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { CommitSource } from '../../src/domain/source.ts';
import { COMMIT_SENDERS } from '../../src/senders/registry.ts';
import { normalizeCommits } from '../../src/senders/shared/normalize.ts';
import type { ParsedCommits, RecognisedCommits } from '../../src/senders/shared/recognised.ts';

const FOLDER = join(import.meta.dirname, '../fixtures/commits');

/** Each with its source and event header. */
export const COMMIT_FIXTURES = [
  ['github-push', 'github', 'push'],
  ['github-pull-request-merged', 'github', 'pull_request'],
  ['bitbucket-push', 'bitbucket', 'repo:push'],
  ['bitbucket-pullrequest-fulfilled', 'bitbucket', 'pullrequest:fulfilled'],
  ['gitlab-push', 'gitlab', 'Push Hook'],
  ['gitlab-merge-request', 'gitlab', 'Merge Request Hook'],
  ['bitbucket-server-refs-changed', 'bitbucket_server', 'repo:refs_changed'],
  ['bitbucket-server-pr-merged', 'bitbucket_server', 'pr:merged'],
  ['commits', 'commits', null],
] as const;

type Name = (typeof COMMIT_FIXTURES)[number][0];

export const commitFixture = (name: Name): JsonObject =>
  JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8'));

export const parseBody = (source: CommitSource, eventName: string | null, body: unknown): ParsedCommits =>
  COMMIT_SENDERS[source].parse(Buffer.from(JSON.stringify(body)), eventName);

const recognisedBody = (source: CommitSource, eventName: string | null, body: unknown): RecognisedCommits => {
  const parsed = parseBody(source, eventName, body);
  if (parsed.kind === 'refused') throw new Error(`refused: ${JSON.stringify(parsed.problem)}`);
  return parsed.delivery;
};

export const problemOf = (parsed: ParsedCommits): Problem | null =>
  parsed.kind === 'refused' ? parsed.problem : null;

/** A body through parse and normalize, as a delivery goes. */
export const normalizeCommitBody = (
  source: CommitSource,
  eventName: string | null,
  body: unknown,
): CommitDelivery => normalizeCommits(recognisedBody(source, eventName, body));

/** Everything that a body says. */
export const saidBy = (
  source: CommitSource,
  eventName: string | null,
  body: unknown,
): Omit<RecognisedCommits, 'read'> & CommitDelivery => {
  const { read: _read, ...recognised } = recognisedBody(source, eventName, body);
  return { ...recognised, ...normalizeCommitBody(source, eventName, body) };
};

export type GithubExample = { origin: string; event: string; body: JsonObject };

const ORIGINS = ['api.github.com', 'ghes-31', 'ghes-32', 'ghes-33', 'ghes-34', 'ghes-35'];

/** GitHub's own published payloads, of github.com and of the servers it sells. */
export const githubExamples = (): GithubExample[] => {
  const require = createRequire(import.meta.url);
  const examples = dirname(require.resolve('@octokit/webhooks-examples/package.json'));
  return ORIGINS.flatMap((origin) => {
    const text = readFileSync(join(examples, origin, 'index.json'), 'utf8');
    const events: { name: string; examples: JsonObject[] }[] = JSON.parse(text);
    return events.flatMap((event) => event.examples.map((body) => ({ origin, event: event.name, body })));
  });
};
