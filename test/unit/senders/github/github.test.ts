import { describe, expect, it } from 'vitest';
import { commitFixture, normalizeCommitBody } from '../../../support/commit-bodies.ts';
import { PETE } from '../jira/support.ts';

const SHA = '9a1f0c3e5b7d2468ace013579bdf02468ace1357';
const MERGE = 'e7f6a5d4c3b2a19c2d9a1b07e5f44138d6a0b9c8';
const HEAD = 'c2d9a1b07e5f44138d6a0b9c8e7f6a5d4c3b2a19';
const COMMIT = { id: SHA, message: 'x', timestamp: '2026-10-20T16:12:44Z', author: { name: 'Otto' } };

const push = (commits: unknown[], ref: unknown = 'refs/heads/main') =>
  normalizeCommitBody('github', 'push', { ref, repository: { full_name: 'a/b' }, commits });

const describePullRequest = (part: object) =>
  normalizeCommitBody('github', 'pull_request', {
    repository: { full_name: 'a/b' },
    pull_request: { number: 17, title: 'x', updated_at: '2026-10-21T08:00:05Z', ...part },
  });
const pullRequest = (part: object) => {
  const { pull_requests, unread_fields } = describePullRequest(part);
  return { ...pull_requests[0], unread: unread_fields };
};

describe('a push', () => {
  it('lists its commits with branch and author, because that is what links are made of', () => {
    expect(normalizeCommitBody('github', 'push', commitFixture('github-push'))).toEqual({
      event_type: 'push',
      commits: [
        {
          repository: 'orbit-demo/importer',
          sha: SHA,
          message: 'ORB-41 read rows of a spreadsheet\n\nDates are kept as text.',
          author_name: 'Otto Lindqvist',
          committed_ms: 1_792_512_764_000,
          branch: 'feature/ORB-41-import',
          pull_request: null,
        },
        {
          repository: 'orbit-demo/importer',
          sha: HEAD,
          message: "Merge branch 'main' into feature/ORB-41-import",
          author_name: PETE,
          committed_ms: 1_792_513_201_000,
          branch: 'feature/ORB-41-import',
          pull_request: null,
        },
      ],
      pull_requests: [],
      unread_fields: [],
    });
  });

  it.each([
    ['refs/heads/main', 'main', []],
    ['refs/heads/refs/heads/x', 'refs/heads/x', []],
    ['refs/heads/ORB-1\ud800', 'ORB-1\ufffd', []],
    [`refs/heads/${'x'.repeat(1000)}`, 'x'.repeat(1000), []],
    [`refs/heads/${'x'.repeat(1001)}`, null, ['ref']],
    ['refs/heads/', null, ['ref']],
    ['refs/tags/v1', null, []],
    ['refs/pull/5/head', null, []],
    [null, null, []],
    [7, null, ['ref']],
    [['refs/heads/main'], null, ['ref']],
  ])('to %j is on branch %j, because only refs/heads/ holds branches', (ref, branch, unread) => {
    const { commits, unread_fields } = push([COMMIT], ref);
    expect(commits).toMatchObject([{ sha: SHA, branch }]);
    expect(unread_fields).toEqual(unread);
  });

  it.each([
    [true, 'ORB-1'],
    [undefined, 'ORB-1'],
    [false, null],
  ])(
    'names its branch for a commit with distinct %j as %j, because an older one came from another',
    (distinct, branch) => {
      const { commits, unread_fields } = push([{ ...COMMIT, distinct }], 'refs/heads/ORB-1');
      expect(commits).toMatchObject([{ sha: SHA, branch }]);
      expect(unread_fields).toEqual([]);
    },
  );

  it('after a merge of main names its branch for its own commits alone, because main has the others', () => {
    const body = {
      ref: 'refs/heads/feature/ORB-2',
      created: true,
      forced: true,
      base_ref: 'refs/heads/main',
      repository: { full_name: 'a/b', default_branch: 'main' },
      commits: [
        { ...COMMIT, id: '1'.repeat(40), distinct: false },
        { ...COMMIT, id: '2'.repeat(40), distinct: true },
        { ...COMMIT, id: '3'.repeat(40), distinct: false },
        { ...COMMIT, id: '4'.repeat(40), distinct: true },
      ],
    };
    const { commits } = normalizeCommitBody('github', 'push', body);
    expect(commits.map(({ branch }) => branch)).toEqual([null, 'feature/ORB-2', null, 'feature/ORB-2']);
  });

  it('that deletes a branch lists nothing, because its commits stay as they are', () => {
    const body = { ref: 'refs/heads/x', deleted: true, head_commit: null, commits: [] };
    expect(normalizeCommitBody('github', 'push', { ...body, repository: { full_name: 'a/b' } })).toEqual({
      event_type: 'push',
      commits: [],
      pull_requests: [],
      unread_fields: [],
    });
  });

  it('does not list its head commit alone, because a new branch on an old commit brings nothing', () => {
    const body = { ref: 'refs/heads/ORB-1', created: true, head_commit: COMMIT, commits: [] };
    const delivery = normalizeCommitBody('github', 'push', { ...body, repository: { full_name: 'a/b' } });
    expect(delivery.commits).toEqual([]);
  });

  it.each([
    ['1969-12-31T23:59:59Z', ['commits.0.timestamp']],
    ['0001-01-01T00:00:00Z', ['commits.0.timestamp']],
    ['2005-04-07T22:13:13+51:80', ['commits.0.timestamp']],
    ['10000-01-01T00:00:00Z', ['commits.0.timestamp']],
    ['2026-02-30T10:00:00Z', ['commits.0.timestamp']],
    ['2026-10-20 16:12:44', ['commits.0.timestamp']],
    ['', ['commits.0.timestamp']],
    [1_792_512_764, ['commits.0.timestamp']],
    [[COMMIT.timestamp], ['commits.0.timestamp']],
    [null, []],
    [undefined, []],
  ])('keeps a commit whose time is %j, because git keeps what a broken clock wrote', (timestamp, unread) => {
    const { commits, unread_fields } = push([{ ...COMMIT, timestamp }]);
    expect(commits).toMatchObject([{ sha: SHA, message: 'x', committed_ms: null }]);
    expect(unread_fields).toEqual(unread);
  });

  it('leaves out a commit it cannot read and names its place, because the others must not be lost', () => {
    const { commits, unread_fields } = push([
      COMMIT,
      { ...COMMIT, id: 'no sha' },
      { ...COMMIT, id: [SHA] },
      { ...COMMIT, message: null },
      null,
      'x',
      [],
      { ...COMMIT, id: HEAD.toUpperCase() },
    ]);
    expect(commits.map(({ sha }) => sha)).toEqual([SHA, HEAD]);
    expect(unread_fields).toEqual([1, 2, 3, 4, 5, 6].map((index) => `commits.${index}`));
  });

  it('says when its list is full, because GitHub ends it at 2,048 without saying so', () => {
    expect(push(Array(2047).fill(COMMIT)).unread_fields).toEqual([]);
    const full = push(Array(2048).fill(COMMIT));
    expect(full.commits).toHaveLength(2048);
    expect(full.unread_fields).toEqual(['commits']);
  });

  it('keeps a message whole but for half characters, because those are no UTF-8', () => {
    const message = `ORB-1\n${'x'.repeat(100_000)}\ud83d`;
    expect(push([{ ...COMMIT, message }]).commits[0]?.message).toBe(`ORB-1\n${'x'.repeat(100_000)}\ufffd`);
  });
});

describe('the author of a commit', () => {
  const author = (value: unknown) => {
    const { commits, unread_fields } = push([{ ...COMMIT, author: value }]);
    return [commits[0]?.author_name, unread_fields];
  };

  it.each([
    ['pete@example.com', PETE],
    [' pete@example.com ', PETE],
    ['Pete Moss <pete@example.com>', 'Pete Moss'],
    ['pete@example.com <pete@example.com>', PETE],
    ['<pete@example.com>', null],
    ['Pete <pete@example.com', 'Pete'],
    ['dependabot[bot]', 'dependabot[bot]'],
    ['', null],
    [' \t', null],
    ['\ud800', '\ufffd'],
    ['n'.repeat(256), 'n'.repeat(255)],
    [`${'n'.repeat(254)}😀`, 'n'.repeat(254)],
  ])('named %j is shown as %j, because names are shown and addresses are not', (name, expected) => {
    expect(author({ name, email: 'pete@example.com' })).toEqual([expected, []]);
  });

  it.each([undefined, null, {}, { name: null }])('is unknown as %j, because nobody says', (value) => {
    expect(author(value)).toEqual([null, []]);
  });

  it.each([
    ['Pete', 'commits.0.author'],
    [['Pete'], 'commits.0.author'],
    [{ name: 5 }, 'commits.0.author.name'],
    [{ name: ['Pete'] }, 'commits.0.author.name'],
  ])('is noted as unread as %j, because a shape we do not know should be seen', (value, path) => {
    expect(author(value)).toEqual([null, [path]]);
  });
});

describe('a pull request', () => {
  it('merged: belongs to the repository it went to and holds head and merge, because both are final', () => {
    const body = commitFixture('github-pull-request-merged');
    expect(normalizeCommitBody('github', 'pull_request', body)).toEqual({
      event_type: 'pull_request',
      commits: [],
      pull_requests: [
        {
          repository: 'orbit-demo/importer',
          id: '17',
          title: 'ORB-41: import release notes',
          body: 'See ORB-41.',
          url: 'https://github.example.com/orbit-demo/importer/pull/17',
          branch: 'feature/ORB-41-import',
          updated_ms: 1_792_569_605_000,
          shas: [HEAD, MERGE],
        },
      ],
      unread_fields: [],
    });
  });

  it.each([false, null, 'true', 1])(
    'with merged %j holds no merge commit, because that one is a test',
    (merged) => {
      expect(pullRequest({ merged, merge_commit_sha: MERGE, head: { sha: HEAD } })).toMatchObject({
        shas: [HEAD],
        unread: [],
      });
    },
  );

  it('names a commit once, because a fast-forward merges the head itself', () => {
    expect(
      pullRequest({ merged: true, merge_commit_sha: HEAD, head: { sha: HEAD.toUpperCase() } }),
    ).toMatchObject({ shas: [HEAD], unread: [] });
  });

  it.each([
    ['sha256', 'a'.repeat(64), ['a'.repeat(64)], []],
    ['an abbreviation', 'abcdef012345', [], []],
    ['text', 'main', [], ['pull_request.head.sha']],
  ])('takes the id %s as it is worth, because a commit is found by its full id', (_, sha, shas, unread) => {
    expect(pullRequest({ head: { sha } })).toMatchObject({ shas, unread });
  });

  it('has nulls for what is missing, because the rest is worth keeping', () => {
    expect(pullRequest({})).toEqual({
      repository: 'a/b',
      id: '17',
      title: 'x',
      body: null,
      url: null,
      branch: null,
      updated_ms: 1_792_569_605_000,
      shas: [],
      unread: [],
    });
  });

  it('has nulls for what is odd and names it, because a new shape should be seen', () => {
    expect(pullRequest({ html_url: 5, head: 'x', merged: true, merge_commit_sha: {} })).toMatchObject({
      url: null,
      branch: null,
      shas: [],
      unread: ['pull_request.html_url', 'pull_request.head', 'pull_request.merge_commit_sha'],
    });
  });

  it.each([
    ['Closes ORB-2\ud800', 'Closes ORB-2\ufffd', []],
    ['', '', []],
    [null, '', []],
    [undefined, null, []],
    [['ORB-2'], null, ['pull_request.body']],
  ])(
    'with the body %j has the text %j, because null is how GitHub says that there is none',
    (body, text, unread) => {
      expect(pullRequest({ body })).toMatchObject({ body: text, unread });
    },
  );

  it('may have the number 0, because a host counts as it likes', () => {
    expect(pullRequest({ number: 0 })).toMatchObject({ id: '0', unread: [] });
  });

  it.each([
    { number: 0.5 },
    { number: -1 },
    { number: '17' },
    { number: 9_007_199_254_740_992 },
    { number: null },
    { title: null },
    { title: 5 },
  ])('with %j is left out and noted, because it could not be told apart or shown', (part) => {
    expect(describePullRequest(part)).toEqual({
      event_type: 'pull_request',
      commits: [],
      pull_requests: [],
      unread_fields: ['pull_request'],
    });
  });

  it.each([
    'today',
    1_792_569_605,
    ['2026-10-21T08:00:05Z'],
    '1969-12-31T23:59:59Z',
    '2026-10-21T08:00:05+51:80',
  ])('updated at %j is kept without that, because its keys are worth more than its time', (updated_at) => {
    expect(pullRequest({ updated_at })).toMatchObject({
      title: 'x',
      updated_ms: null,
      unread: ['pull_request.updated_at'],
    });
  });

  it('updated at an unknown time is kept, because absent is null', () => {
    expect(pullRequest({ updated_at: null })).toMatchObject({ updated_ms: null, unread: [] });
  });

  it.each([
    ['t'.repeat(1001), 't'.repeat(1000)],
    [`${'t'.repeat(999)}😀`, 't'.repeat(999)],
    ['ORB-1 \udc00', 'ORB-1 \ufffd'],
  ])('has a title of at most 1,000 well formed characters, because a row is small', (title, expected) => {
    expect(pullRequest({ title })).toMatchObject({ title: expected, unread: [] });
  });

  it.each([`https://example.com/${'x'.repeat(1980)}`, 'http://example.com', 'HTTPS://EXAMPLE.COM/ä?q#f'])(
    'has the address %s, because that is one of the web',
    (html_url) => {
      expect(pullRequest({ html_url })).toMatchObject({ url: html_url, unread: [] });
    },
  );

  it('has no branch that is a list of one, because a name is a text', () => {
    const { branch, unread } = pullRequest({ head: { ref: ['ORB-1'] } });
    expect({ branch, unread }).toEqual({ branch: null, unread: ['pull_request.head.ref'] });
  });

  it.each([
    `https://example.com/${'x'.repeat(1981)}`,
    ['https://example.com'],
    'javascript:alert(1)',
    'data:text/html,https://x',
    ' https://example.com',
    'https://',
    'https://example.com/a b',
    'https://example.com/\u0000',
    'https://example.com/\ud800',
    '/pull/17',
    '',
  ])('has no address like %j, because it becomes a link', (html_url) => {
    expect(pullRequest({ html_url })).toMatchObject({ url: null, unread: ['pull_request.html_url'] });
  });
});

describe('any other event', () => {
  it('lists nothing, because it names no commit', () => {
    expect(normalizeCommitBody('github', 'ping', { zen: 'Keep it logically awesome.', hook_id: 1 })).toEqual({
      event_type: 'ping',
      commits: [],
      pull_requests: [],
      unread_fields: [],
    });
  });
});
