import { describe, expect, it } from 'vitest';
import { commitFixture, normalizeCommitBody } from '../../../support/commit-bodies.ts';
import { PETE } from '../jira/support.ts';

const SHA = '5be3f6a1c0d94e8f7b2a6c1d0e9f8a7b6c5d4e3f';
const COMMIT = {
  hash: SHA,
  message: 'x',
  date: '2026-11-03T10:20:30+00:00',
  author: { raw: 'Ruth <r@x.de>' },
};
const NEW = { type: 'branch', name: 'main' };

const push = (...changes: unknown[]) =>
  normalizeCommitBody('bitbucket', 'repo:push', { repository: { full_name: 'a/b' }, push: { changes } });

const pullRequest = (part: object) => {
  const { pull_requests, unread_fields } = normalizeCommitBody('bitbucket', 'pullrequest:updated', {
    repository: { full_name: 'a/b' },
    pullrequest: { id: 6, title: 'x', updated_on: '2026-11-03T10:20:31Z', ...part },
  });
  return { ...pull_requests[0], unread: unread_fields };
};

describe('a push', () => {
  it('lists the commits of all its changes and what was left out, because at most five of each are sent', () => {
    const ledger = { repository: 'orbit/ledger', pull_request: null };
    expect(normalizeCommitBody('bitbucket', 'repo:push', commitFixture('bitbucket-push'))).toEqual({
      event_type: 'repo:push',
      commits: [
        {
          ...ledger,
          sha: SHA,
          message: 'Merged in bugfix/LED-7-rounding (pull request #6)\n\nLED-7 round half to even\n',
          author_name: 'Ruth Abara',
          committed_ms: 1_793_701_230_000,
          branch: 'bugfix/LED-7-rounding',
        },
        {
          ...ledger,
          sha: '0123456789abcdef0123456789abcdef01234567',
          message: 'LED-7 round half to even\n',
          author_name: 'Pete Moss',
          committed_ms: 1_793_642_700_000,
          branch: 'bugfix/LED-7-rounding',
        },
        {
          ...ledger,
          sha: '89abcdef0123456789abcdef0123456789abcdef',
          message: 'Release 2.3.0\n',
          author_name: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
          committed_ms: 1_793_701_500_000,
          branch: null,
        },
      ],
      pull_requests: [],
      unread_fields: ['push.changes.0.commits'],
    });
  });

  it.each([
    [NEW, 'main', []],
    [{ type: 'tag', name: 'v1' }, null, []],
    [{ type: 'bookmark', name: 'v1' }, null, []],
    [null, null, []],
    [undefined, null, []],
    ['main', null, ['push.changes.0.new']],
    [{ type: 'branch' }, null, []],
    [{ type: 'branch', name: 5 }, null, ['push.changes.0.new.name']],
    [{ type: 'branch', name: 'x'.repeat(1001) }, null, ['push.changes.0.new.name']],
  ])('that leaves %j is on branch %j, because only a branch is one', (target, branch, unread) => {
    const { commits, unread_fields } = push({ new: target, commits: [COMMIT] });
    expect(commits).toMatchObject([{ sha: SHA, branch }]);
    expect(unread_fields).toEqual(unread);
  });

  it('leaves out what it cannot read and names its place, because the others must not be lost', () => {
    const odd = [{ ...COMMIT, hash: 'x y' }, null, { ...COMMIT, hash: 5 }, { ...COMMIT, message: [] }];
    const { commits, unread_fields } = push(
      null,
      'x',
      { new: NEW },
      { new: NEW, commits: null },
      { new: NEW, commits: {} },
      { new: NEW, commits: [...odd, COMMIT] },
    );
    expect(commits).toMatchObject([{ sha: SHA, branch: 'main' }]);
    expect(unread_fields).toEqual([
      'push.changes.0',
      'push.changes.1',
      'push.changes.4.commits',
      ...[0, 1, 2, 3].map((index) => `push.changes.5.commits.${index}`),
    ]);
  });

  it.each(['2026-11-03T10:20:30+99:99', '1969-07-20T20:17:40+00:00', 'yesterday', 5])(
    'keeps a commit dated %j, because the same commit comes from git with whatever time it has',
    (date) => {
      const { commits, unread_fields } = push({ new: NEW, commits: [{ ...COMMIT, date }] });
      expect(commits).toMatchObject([{ sha: SHA, committed_ms: null }]);
      expect(unread_fields).toEqual(['push.changes.0.commits.0.date']);
    },
  );

  it.each([false, null, 'true', 1])(
    'is whole when truncated is %j, because only true says otherwise',
    (truncated) => {
      expect(push({ new: NEW, truncated, commits: [COMMIT] }).unread_fields).toEqual([]);
    },
  );
});

/** A hash of forty times one digit. */
const hash = (digit: string): string => digit.repeat(40);

/** A commit and its parents, each by one digit. */
const listed = (digit: string, ...parents: string[]) => ({
  ...COMMIT,
  hash: hash(digit),
  parents: parents.map((parent) => ({ type: 'commit', hash: hash(parent) })),
});

/** Which of the listed commits the branch is named for, by their digits. */
const named = (change: object): string => {
  const { commits, unread_fields } = push({
    old: { type: 'branch', name: 'feature/LED-7', target: { hash: hash('0') } },
    new: { type: 'branch', name: 'feature/LED-7', target: { hash: hash('9') } },
    ...change,
  });
  expect(unread_fields.filter((path) => path !== 'push.changes.0.commits')).toEqual([]);
  return commits.map(({ sha, branch }) => (branch === 'feature/LED-7' ? sha.slice(0, 1) : '-')).join('');
};

describe('the branch of a push', () => {
  it('is named for the line of first parents from the new head, because a merge brings what began elsewhere', () => {
    const commits = [
      listed('9', '8'),
      listed('8', '7', 'e'),
      listed('e', 'd'),
      listed('7', '0'),
      listed('d', 'c'),
    ];
    expect(named({ commits })).toBe('98-7-');
    expect(named({ commits: commits.toReversed() })).toBe('-7-89');
  });

  it('is named as far as a list goes that was cut, because further down it is not known', () => {
    const commits = [
      listed('9', '8', 'e'),
      listed('e', 'd'),
      listed('d', 'c'),
      listed('c', 'b'),
      listed('b', 'a'),
    ];
    expect(named({ truncated: true, commits })).toBe('9----');
  });

  it('is named for the commits of an octopus and a revert like for others, but for none of what they brought', () => {
    const commits = [listed('9', '8', 'd', 'e'), listed('e', '1'), listed('d', '1'), listed('8', '0')];
    expect(named({ commits })).toBe('9--8');
  });

  it('is named for nothing after a forced push, because the list holds what it was rebased onto', () => {
    const commits = [listed('9', '8'), listed('8', '7'), listed('7', '6')];
    expect(named({ forced: true, commits })).toBe('---');
  });

  it('is named for nothing of a new branch whose list is history, because Bitbucket lists that also without news', () => {
    const commits = [
      listed('9', '8'),
      listed('8', '7'),
      listed('7', '6'),
      listed('6', '5'),
      listed('5', '4'),
    ];
    expect(named({ old: null, created: true, truncated: true, commits })).toBe('-----');
    const whole = [listed('9', '8'), listed('8')];
    expect(named({ old: null, created: true, truncated: false, commits: whole })).toBe('--');
  });

  it('is named for a new branch’s commits where the list ends above what was there', () => {
    const commits = [listed('9', '8'), listed('8', '7')];
    expect(named({ old: null, created: true, truncated: false, commits })).toBe('98');
  });

  it('is not named below a merge of its own old head, because then another line took its name', () => {
    const commits = [listed('9', '8'), listed('8', 'e', '0'), listed('e', 'd'), listed('d', 'c')];
    expect(named({ commits })).toBe('9---');
  });

  it('begins at the first of the list where no head is named, and needs no parents', () => {
    const target = { type: 'branch', name: 'feature/LED-7' };
    expect(named({ new: target, commits: [listed('9', '8'), listed('8', '0'), listed('e')] })).toBe('98-');
    expect(named({ commits: [{ ...COMMIT, hash: hash('9') }, listed('8', '0')] })).toBe('9-');
    expect(named({ commits: [{ ...listed('9'), parents: [null, 5] }, listed('8', '0')] })).toBe('9-');
    expect(named({ commits: [listed('9', '8'), listed('8', '9')] })).toBe('98');
    expect(named({ commits: [listed('8', '7'), listed('7', '6')] })).toBe('--');
  });

  it('is named for no commit that the same push lists for another branch, because that one may have brought it', () => {
    const to = (name: string, type = 'branch') => ({ type, name, target: { hash: hash('9') } });
    const commits = [listed('9', '8'), listed('8', '7')];
    const old = { type: 'branch', name: 'x', target: { hash: hash('7') } };
    const main = { old, new: to('main'), commits: [listed('8', '7')] };
    const tag = { old: null, new: to('v1', 'tag'), commits };
    const delivery = push({ old, new: to('feature/LED-7'), commits }, main, tag);
    expect(delivery.commits.map(({ branch }) => branch)).toEqual(['feature/LED-7', null, null, null, null]);
  });

  it('is matched whatever the letters of a hash, because hex has two cases', () => {
    const head = { type: 'branch', name: 'feature/LED-7', target: { hash: 'A'.repeat(40) } };
    const commits = [{ ...listed('a', 'b') }, { ...listed('B', '0') }];
    expect(named({ new: head, commits })).toBe('ab');
  });
});

describe('the author of a commit', () => {
  const author = (value: unknown) => {
    const { commits, unread_fields } = push({ new: NEW, commits: [{ ...COMMIT, author: value }] });
    return [commits[0]?.author_name, unread_fields];
  };
  const raw = 'Pete Moss <pete@example.com>';

  it.each([
    [{ raw }, 'Pete Moss'],
    [{ raw: 'pete@example.com' }, PETE],
    [{ raw: '<pete@example.com>' }, null],
    [{ raw, user: null }, 'Pete Moss'],
    [{ raw, user: {} }, 'Pete Moss'],
    [{ raw, user: { display_name: 'Pete M.' } }, 'Pete M.'],
    [{ raw, user: { display_name: '' } }, 'Pete Moss'],
    [{ raw, user: { display_name: 'pete@example.com' } }, PETE],
    [{}, null],
    [null, null],
  ])(
    '%j is shown as %j, because a profile knows the name best and nobody may see an address',
    (value, name) => {
      expect(author(value)).toEqual([name, []]);
    },
  );

  it('is noted where it is odd and still read where it is not, because one part may change alone', () => {
    expect(author({ raw, user: 'pete' })).toEqual(['Pete Moss', ['push.changes.0.commits.0.author.user']]);
    expect(author({ raw: 5 })).toEqual([null, ['push.changes.0.commits.0.author.raw']]);
    expect(author('Pete')).toEqual([null, ['push.changes.0.commits.0.author']]);
  });
});

describe('a pull request', () => {
  it('has no commits while their ids are abbreviated, because twelve digits find no commit', () => {
    const body = commitFixture('bitbucket-pullrequest-fulfilled');
    expect(normalizeCommitBody('bitbucket', 'pullrequest:fulfilled', body)).toEqual({
      event_type: 'pullrequest:fulfilled',
      commits: [],
      pull_requests: [
        {
          repository: 'orbit/ledger',
          id: '6',
          title: 'LED-7 round half to even',
          body: '',
          url: 'https://bitbucket.example.org/orbit/ledger/pull-requests/6',
          branch: 'bugfix/LED-7-rounding',
          updated_ms: 1_793_701_231_675,
          shas: [],
        },
      ],
      unread_fields: [],
    });
  });

  it('holds its newest commit and the one it was merged as, because full ids are sent at times', () => {
    const merge = '0123456789ABCDEF0123456789ABCDEF01234567';
    expect(pullRequest({ source: { commit: { hash: SHA } }, merge_commit: { hash: merge } })).toMatchObject({
      shas: [SHA, '0123456789abcdef0123456789abcdef01234567'],
      unread: [],
    });
  });

  it('has nulls for what is odd and names it, because the rest is worth keeping', () => {
    expect(
      pullRequest({ links: [], source: { branch: 'x', commit: { hash: 'x' } }, merge_commit: null }),
    ).toMatchObject({
      id: '6',
      url: null,
      branch: null,
      shas: [],
      unread: ['pullrequest.links', 'pullrequest.source.branch', 'pullrequest.source.commit.hash'],
    });
  });

  it.each([
    [{ description: 'LED-2' }, 'LED-2', []],
    [{ description: '', summary: { raw: 'LED-3' } }, '', []],
    [{ description: null, summary: { raw: 'LED-3' } }, 'LED-3', []],
    [{ summary: { raw: 'LED-3' } }, 'LED-3', []],
    [{ description: null }, '', []],
    [{}, null, []],
    [{ description: 5, summary: { raw: 5 } }, null, ['pullrequest.description', 'pullrequest.summary.raw']],
  ])('of %j has the text %j, because Bitbucket sends it twice', (part, text, unread) => {
    expect(pullRequest(part)).toMatchObject({ body: text, unread });
  });

  it.each([{ id: '6' }, { id: null }, { title: {} }])(
    'with %j is left out and noted, because it could not be told apart or shown',
    (part) => {
      expect(pullRequest(part)).toEqual({ unread: ['pullrequest'] });
    },
  );
});
