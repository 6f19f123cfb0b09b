import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeliveredPullRequest, isPullRequestId } from '../../../../src/domain/commit.ts';
import type { Json } from '../../../../src/domain/json.ts';
import { isRepositoryName } from '../../../../src/domain/repository.ts';
import { COMMIT_SOURCES } from '../../../../src/domain/source.ts';
import { COMMIT_SENDERS } from '../../../../src/senders/registry.ts';
import { normalizeCommits } from '../../../../src/senders/shared/normalize.ts';
import type { ParsedCommits } from '../../../../src/senders/shared/recognised.ts';
import { anyJson, withOneNodeReplaced } from '../../../support/any-json.ts';
import { anyText } from '../../../support/any-text.ts';
import { COMMIT_FIXTURES, commitFixture, parseBody, saidBy } from '../../../support/commit-bodies.ts';
import { depth } from '../../../support/depth.ts';

/** 9999-12-31T23:59:59.999Z. */
const LAST_MS = 253_402_300_799_999;

const inTime = (ms: number | null): boolean =>
  ms === null || (Number.isInteger(ms) && ms >= 0 && ms <= LAST_MS);

const expectSoundPullRequest = (pullRequest: DeliveredPullRequest | null): void => {
  if (pullRequest === null) return;
  const { repository, id, title, url, branch, updated_ms, shas } = pullRequest;
  expect(isRepositoryName(repository) && isPullRequestId(id)).toBe(true);
  expect(title.length).toBeLessThanOrEqual(1000);
  expect(url ?? 'http://x').toMatch(/^https?:\/\/\S{1,1992}$/i);
  expect(branch?.length ?? 1).toBeLessThanOrEqual(1000);
  expect(inTime(updated_ms)).toBe(true);
  for (const sha of shas) expect(sha).toMatch(/^[^\s#]{1,255}$/);
};

const expectSoundProblem = (parsed: ParsedCommits): void => {
  if (parsed.kind === 'delivery') return;
  const { type, status, errors } = parsed.problem;
  expect([type, status]).toEqual(status === 400 ? ['body-not-json', 400] : ['not-a-commit-delivery', 422]);
  expect(errors.length).toBeLessThanOrEqual(20);
  if (status === 422) expect(errors.length).toBeGreaterThan(0);
};

/** Whatever came in: a problem within its limits, or a delivery that a row, a key and UTF-8 can hold. */
const expectSound = (parsed: ParsedCommits): void => {
  expectSoundProblem(parsed);
  if (parsed.kind === 'refused') return;
  const delivery = normalizeCommits(parsed.delivery);
  expect(JSON.parse(JSON.stringify(delivery))).toEqual(delivery);
  expect(JSON.stringify(delivery)).not.toMatch(/\\ud[89a-f]/);
  expect(delivery.event_type).toMatch(/^[\x21-\x7e]{1,200}$/);
  expect(delivery.unread_fields.length).toBeLessThanOrEqual(50);
  for (const { repository, sha, author_name, committed_ms, branch, pull_request } of delivery.commits) {
    expect(isRepositoryName(repository)).toBe(true);
    expect(sha).toMatch(/^[^\s#]{1,255}$/);
    expect(inTime(committed_ms)).toBe(true);
    expect(author_name?.length ?? 1).toBeGreaterThan(0);
    expect(author_name?.length ?? 1).toBeLessThanOrEqual(255);
    expect(author_name).not.toBe('pete@example.com');
    expect(branch?.length ?? 1).toBeLessThanOrEqual(1000);
    expectSoundPullRequest(pull_request);
  }
  for (const pullRequest of delivery.pull_requests) expectSoundPullRequest(pullRequest);
};

const source = fc.constantFrom(...COMMIT_SOURCES);
const eventName = fc.oneof(
  fc.constantFrom(null, 'push', 'pull_request', 'ping', 'repo:push', 'pullrequest:created'),
  anyText({ maxLength: 210 }),
);

/** Values that pass one check and may fail the next one. */
const nearly = fc.oneof(
  anyJson,
  fc.constantFrom<Json>(
    '5be3f6a1c0d94e8f7b2a6c1d0e9f8a7b6c5d4e3f',
    'refs/heads/ORB-1',
    '2026-11-03T10:20:30+00:00',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59-12:00',
    'https://example.com/\ud800',
    'Pete <pete@example.com>',
    'x'.repeat(2001),
    '😀'.repeat(600),
    9_007_199_254_740_992,
    true,
  ),
);

const mutated = fc
  .constantFrom(...COMMIT_FIXTURES)
  .chain(([name, from, event]) =>
    fc.tuple(fc.constant(from), fc.constant(event), withOneNodeReplaced(commitFixture(name), nearly)),
  );

describe('whatever is sent', () => {
  it('as bytes never throws, because a fault of ours must never be the answer to a sender', () => {
    fc.assert(
      fc.property(source, eventName, fc.uint8Array({ maxLength: 300 }), (from, event, bytes) => {
        expectSound(COMMIT_SENDERS[from].parse(bytes, event));
      }),
    );
  });

  it('as JSON is refused for a reason or sound, because each part is read by its own code', {
    tags: ['deep'],
  }, () => {
    const commits = fc.array(
      fc.dictionary(fc.constantFrom('id', 'sha', 'message', 'timestamp', 'author', 'branch'), nearly),
    );
    const body = fc.record(
      {
        repository: fc.oneof(nearly, fc.constant('a/b'), fc.constant({ full_name: 'a/b' })),
        ref: nearly,
        commits: fc.oneof(nearly, commits),
        push: fc.oneof(
          nearly,
          fc.record({ changes: fc.array(fc.oneof(nearly, fc.record({ new: nearly, commits }))) }),
        ),
        pull_request: nearly,
        pullrequest: nearly,
        ['__proto__']: anyJson,
      },
      { requiredKeys: ['repository'] },
    );
    fc.assert(
      fc.property(source, eventName, fc.oneof(anyJson, body), (from, event, value) => {
        expectSound(parseBody(from, event, value));
      }),
      { numRuns: depth(70, 500) },
    );
  });

  it('with one node replaced is refused for a reason or sound, because hosts change in single places', {
    tags: ['deep'],
  }, () => {
    fc.assert(
      fc.property(mutated, ([from, event, body]) => expectSound(parseBody(from, event, body))),
      { numRuns: depth(150, 1_500) },
    );
  });

  it('with one node replaced costs a host at most that commit, because one odd one must not cost a push', {
    tags: ['deep'],
  }, () => {
    const { commits, ...rest } = commitFixture('github-push');
    const [first = null, second = null] = Array.isArray(commits) ? commits : [];
    fc.assert(
      fc.property(withOneNodeReplaced(first, nearly), (odd) => {
        const parsed = parseBody('github', 'push', { ...rest, commits: [odd, second] });
        if (parsed.kind === 'refused') throw new Error('refused');
        const { commits: read, unread_fields } = normalizeCommits(parsed.delivery);
        expect(read.at(-1)?.sha).toBe('c2d9a1b07e5f44138d6a0b9c8e7f6a5d4c3b2a19');
        if (read.length === 1) expect(unread_fields).toEqual(['commits.0']);
        else expect(read).toHaveLength(2);
      }),
      { numRuns: depth(70, 500) },
    );
  });

  it('gives the same again, because the stream handler and replay read the stored bytes once more', () => {
    fc.assert(
      fc.property(mutated, ([from, event, body]) => {
        const parsed = parseBody(from, event, body);
        if (parsed.kind === 'refused') expect(parseBody(from, event, body)).toEqual(parsed);
        else expect(normalizeCommits(parsed.delivery)).toEqual(normalizeCommits(parsed.delivery));
        if (parsed.kind === 'delivery') expect(saidBy(from, event, body)).toEqual(saidBy(from, event, body));
      }),
      { numRuns: 100 },
    );
  });
});
