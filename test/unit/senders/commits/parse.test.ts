import { describe, expect, it } from 'vitest';
import { COMMIT_SENDERS } from '../../../../src/senders/registry.ts';
import { normalizeCommitBody, parseBody, problemOf } from '../../../support/commit-bodies.ts';

const SHA = '7d8e9f0a1b2c3d4e5f60718293a4b5c6d7e8f901';
const COMMIT = { sha: SHA, message: 'NOVA-3', author: 'Ines', committed_at: '2026-11-05T07:30:00Z' };

const body = (commit: object, ...more: object[]) => ({
  repository: 'orbit/tools',
  commits: [commit, ...more],
});
const errors = (sent: unknown) => problemOf(parseBody('commits', null, sent))?.errors;
const errorsOf = (part: object) => errors(body(COMMIT, { ...COMMIT, ...part }));
const taken = (part: object) => normalizeCommitBody('commits', null, body({ ...COMMIT, ...part }));

const SHA_RULE = 'must be 1 to 255 bytes of printable characters without # or white space';
const AUTHOR_RULE = 'must be a name, or an object with a name';
const INSTANT_RULE = 'must be an ISO 8601 date and time with an offset, or null';
const ID_RULE = 'must be a whole number, or 1 to 100 bytes of printable characters without white space';
const LIST_RULE = 'must be a list of at most 2000 commits';

describe('the whole body', () => {
  it('asks for a repository and a list, because nothing else says where commits belong', () => {
    expect(errors({})).toEqual([
      {
        path: 'repository',
        message: 'must be 1 to 255 bytes of printable characters without # or white space',
      },
      { path: 'commits', message: LIST_RULE },
    ]);
  });

  it('may list 2,000 commits and not one more, because one event must be handled in one go', () => {
    const list = (length: number) => ({ repository: 'a/b', commits: Array(length).fill(COMMIT) });
    expect(normalizeCommitBody('commits', null, list(2000))).toMatchObject({ commits: { length: 2000 } });
    expect(errors(list(2001))).toEqual([{ path: 'commits', message: LIST_RULE }]);
  });

  it('counts before it reads, because a million wrong commits are one mistake', () => {
    const bytes = Buffer.from(`{"repository":"a/b","commits":[${'0,'.repeat(999_999)}0]}`);
    expect(problemOf(COMMIT_SENDERS.commits.parse(bytes, null))?.errors).toEqual([
      { path: 'commits', message: LIST_RULE },
    ]);
  });
});

describe('a commit', () => {
  it('that is wrong refuses the delivery and is named by its place, because a sender can fix it', () => {
    expect(errors(body(COMMIT, COMMIT, COMMIT, { ...COMMIT, sha: 'a b' }))).toEqual([
      { path: 'commits.3.sha', message: SHA_RULE },
    ]);
  });

  it('names each part that is missing, because one answer should be enough to fix it', () => {
    expect(errors(body({}))).toEqual([
      { path: 'commits.0.sha', message: SHA_RULE },
      { path: 'commits.0.message', message: 'must be a string' },
      { path: 'commits.0.author', message: AUTHOR_RULE },
      { path: 'commits.0.committed_at', message: INSTANT_RULE },
    ]);
  });

  it('has at most 20 reasons beside all others, because 2,000 are read by nobody', () => {
    expect(errors({ repository: 'a/b', commits: Array(1000).fill({}) })).toHaveLength(20);
  });

  it.each([null, 'x', 5, []])('is refused as %j, because a commit is an object', (commit) => {
    expect(errors({ repository: 'a/b', commits: [commit] })).toEqual([
      { path: 'commits.0', message: 'must be an object' },
    ]);
  });

  it('never shows its values in an error, because the answer goes to the sender', () => {
    const secret = { sha: 'pri vate', message: 1, author: ['private'], committed_at: 'private' };
    const problem = problemOf(
      parseBody('commits', null, body({ ...secret, branch: 1, pull_request: { id: 'pri vate', title: 2 } })),
    );
    expect(problem?.errors).toHaveLength(7);
    expect(JSON.stringify(problem)).not.toMatch(/pri ?vate/);
  });

  it.each([
    '',
    'a#b',
    'a'.repeat(256),
    'ü'.repeat(128),
    ` ${SHA}`,
    `${SHA}\n`,
    'a\u200b',
    '\ud800',
    1234567,
    null,
  ])('has no sha like %j, because no key may hold it unchecked', (sha) => {
    expect(errorsOf({ sha })).toEqual([{ path: 'commits.1.sha', message: SHA_RULE }]);
  });

  it.each(['abcdef0', 'A'.repeat(40), '0'.repeat(64), 'g'.repeat(40), 'r1234', 'a', 'ü'.repeat(127)])(
    'may have the sha %s, because hosts make such',
    (sha) => {
      expect(taken({ sha })).toMatchObject({ commits: [{ sha: /^A/.test(sha) ? sha.toLowerCase() : sha }] });
    },
  );

  it.each([
    ['2026-11-05T07:30Z', 1_793_863_800_000],
    ['2026-11-05T07:30:00.5+0530', 1_793_844_000_500],
    ['1970-01-01T00:00:00Z', 0],
    ['9999-12-31T23:59:59.999Z', 253_402_300_799_999],
  ])('was committed at %s, because that is an instant', (committed_at, ms) => {
    expect(taken({ committed_at })).toMatchObject({ commits: [{ committed_ms: ms }] });
  });

  it.each([
    '2026-11-05T07:30:00',
    '2026-11-05',
    '2026-11-05 07:30:00Z',
    '2026-11-05T07:30:00+5',
    'x2026-11-05T07:30:00Z',
    '2026-11-05T07:30:00Zx',
    'yesterday',
    '',
    1_793_863_800_000,
  ])('was not committed at %j, because a sender wants to see its faults', (committed_at) => {
    expect(errorsOf({ committed_at })).toEqual([{ path: 'commits.1.committed_at', message: INSTANT_RULE }]);
  });

  it.each([
    '2026-02-30T00:00:00Z',
    '1969-12-31T23:59:59.999Z',
    '1970-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
    '0001-01-01T00:00:00Z',
    '2005-04-07T22:13:13+51:80',
    '2005-04-07T22:13:13+5180:00',
    '10000-01-01T00:00:00+00:00',
    '-0044-03-15T12:00:00Z',
    null,
  ])('has no time but is taken with %j, because the commit is there all the same', (committed_at) => {
    expect(taken({ committed_at })).toMatchObject({ commits: [{ sha: SHA, committed_ms: null }] });
  });

  it.each([null, 5, [], {}, { name: null }, { name: 5 }, { email: 'pete@example.com' }])(
    'has no author like %j, because that is no name',
    (author) => {
      expect(errorsOf({ author })).toEqual([{ path: 'commits.1.author', message: AUTHOR_RULE }]);
    },
  );

  it('may have an empty author and an empty message, because git allows both', () => {
    expect(taken({ author: '', message: '' })).toMatchObject({
      commits: [{ author_name: null, message: '' }],
    });
  });

  it.each([5, {}, true])('has no branch like %j, because that is no name', (branch) => {
    expect(errorsOf({ branch })).toEqual([{ path: 'commits.1.branch', message: 'must be a string' }]);
  });

  it('may leave out branch and pull request or send null, because not every host knows them', () => {
    expect(taken({ branch: null, pull_request: null })).toMatchObject({
      commits: [{ branch: null, pull_request: null }],
    });
  });
});

describe('the pull request of a commit', () => {
  const request = (part: object) => ({ pull_request: { id: 1, title: 'x', ...part } });

  it.each([
    [12, '12'],
    [0, '0'],
    ['!12', '!12'],
    ['PR-12#a', 'PR-12#a'],
    [9_007_199_254_740_991, '9007199254740991'],
  ])('has the id %j as text, because hosts send both', (id, expected) => {
    expect(taken(request({ id }))).toMatchObject({ commits: [{ pull_request: { id: expected } }] });
  });

  it.each([
    '',
    'a b',
    'a\n',
    'x'.repeat(101),
    'ü'.repeat(51),
    1.5,
    -1,
    9_007_199_254_740_992,
    null,
    true,
    [],
  ])('has no id like %j, because no key may hold it unchecked', (id) => {
    expect(errorsOf(request({ id }))).toEqual([{ path: 'commits.1.pull_request.id', message: ID_RULE }]);
  });

  it('needs a title, and a url only as text, because keys are looked for in the title', () => {
    expect(errorsOf({ pull_request: { id: 1, body: 5, url: 5 } })).toEqual([
      { path: 'commits.1.pull_request.title', message: 'must be a string' },
      { path: 'commits.1.pull_request.body', message: 'must be a string' },
      { path: 'commits.1.pull_request.url', message: 'must be a string' },
    ]);
    expect(errorsOf({ pull_request: 12 })).toEqual([
      { path: 'commits.1.pull_request', message: 'must be an object' },
    ]);
  });
});
