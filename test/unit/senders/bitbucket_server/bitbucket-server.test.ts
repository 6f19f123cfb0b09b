import { describe, expect, it } from 'vitest';
import { commitFixture, parseBody, problemOf, saidBy } from '../../../support/commit-bodies.ts';
import { PETE } from '../jira/support.ts';

const LEDGER = { name: 'ORBIT/ledger', id: 'bitbucket_server:84', renamed: null };
const BRANCH = 'bugfix/LED-7-rounding';

const sha = (digit: string): string => digit.repeat(40);

/** A commit and its parents, each by one digit. */
const listed = (digit: string, ...parents: string[]) => ({
  id: sha(digit),
  message: 'x',
  author: { name: 'ruth' },
  committerTimestamp: 1_793_642_700_000,
  parents: parents.map((parent) => ({ id: sha(parent) })),
});

const change = (part: object = {}) => ({
  ref: { id: `refs/heads/${BRANCH}`, displayId: BRANCH, type: 'BRANCH' },
  fromHash: sha('0').replace('0', '1'),
  toHash: sha('9'),
  type: 'UPDATE',
  ...part,
});

const push = (part: object) =>
  saidBy('bitbucket_server', null, {
    ...commitFixture('bitbucket-server-refs-changed'),
    toCommit: null,
    ...part,
  });

/** Which of the commits the branch is named for, by their digits, from 1 on; and whether more was pushed. */
const named = (commits: object[] | undefined, ...changes: object[]): string => {
  const said = push({ commits, changes: changes.map((part) => change({ fromHash: sha('1'), ...part })) });
  const text = said.commits.map(({ sha: id, branch }) => (branch === BRANCH ? id.slice(0, 1) : '-')).join('');
  return text + (said.unread_fields.includes('commits') ? '…' : '');
};

describe('a push', () => {
  it('lists the commits of newer servers with the branch they began on', () => {
    const shared = { repository: 'ORBIT/ledger', branch: BRANCH, pull_request: null };
    const body = commitFixture('bitbucket-server-refs-changed');
    expect(saidBy('bitbucket_server', 'repo:refs_changed', body)).toEqual({
      event_type: 'repo:refs_changed',
      nature: 'known',
      repository: LEDGER,
      commits: [
        {
          ...shared,
          sha: '178864a7d521b6f5e720b386b2c2b0ef8563e0dc',
          message: 'LED-7 round half to even',
          author_name: 'Ruth Abara',
          committed_ms: 1_793_642_700_000,
        },
        {
          ...shared,
          sha: '0a943a29376f2336b78312d99e65da17048951db',
          message: 'Tidy\n',
          author_name: PETE,
          committed_ms: 1_793_642_600_000,
        },
      ],
      pull_requests: [],
      unread_fields: [],
    });
  });

  it('of an older server lists none and says so, because npm run commits can bring them', () => {
    const { commits, ...rest } = commitFixture('bitbucket-server-refs-changed');
    expect(commits).toHaveLength(2);
    const older = saidBy('bitbucket_server', null, { ...rest, toCommit: undefined });
    expect(older).toMatchObject({ commits: [], unread_fields: ['commits'], repository: LEDGER });
    const head = saidBy('bitbucket_server', null, rest);
    expect(head.commits).toMatchObject([{ sha: '178864a7d521b6f5e720b386b2c2b0ef8563e0dc', branch: null }]);
    expect(head.unread_fields).toEqual(['commits']);
  });

  it('reads the new head where the list does not have it', () => {
    const said = push({ commits: [], changes: [change({ fromHash: sha('1') })], toCommit: listed('9', '1') });
    expect(said.commits).toMatchObject([{ sha: sha('9'), branch: BRANCH }]);
    expect(said.unread_fields).toEqual([]);
  });

  it.each([
    ['a line to the old head', '98', [listed('9', '8'), listed('8', '1')]],
    [
      'a merge, which brings what began elsewhere',
      '9-8',
      [listed('9', '8', 'e'), listed('e', 'd'), listed('8', '1')],
    ],
    ['a line that leads elsewhere, because the push was forced', '--', [listed('9', '8'), listed('8', 'f')]],
    ['a line that took the name of the old head', '-', [listed('9', 'f', '1')]],
    [
      'five commits, of which the last is not reached',
      '-----…',
      [...'98765'].map((d) => listed(d, String(Number(d) - 1))),
    ],
    ['no parents at all', '-', [{ ...listed('9'), parents: undefined }]],
  ])('with %s is named for "%s"', (_, expected, commits) => {
    expect(named(commits, {})).toBe(expected);
  });

  it('of five that lead to the old head is whole, because no more were pushed', () => {
    const line = [...'98765'].map((digit, index) => listed(digit, '87651'[index] ?? ''));
    expect(named(line, {})).toBe('98765');
  });

  it('of a new branch is named only where the list ends before the history does', () => {
    const ADD = { fromHash: sha('0'), type: 'ADD' };
    expect(named([listed('9', '8'), listed('8', 'f')], ADD)).toBe('98');
    expect(named([listed('9', '8'), listed('8')], ADD)).toBe('--');
    expect(
      named(
        [...'98765'].map((d) => listed(d, String(Number(d) - 1))),
        ADD,
      ),
    ).toBe('-----…');
  });

  it('of two branches leaves out what is on the line of both, because it may have begun on either', () => {
    const other = { ref: { id: 'refs/heads/other', type: 'BRANCH' }, toHash: sha('8') };
    expect(named([listed('9', '8'), listed('8', '1')], {}, other)).toBe('9-');
  });

  it.each([[{ ref: { id: 'refs/tags/v1', type: 'TAG' } }], [{ type: 'DELETE', toHash: sha('0') }]])(
    'with only %j needs no commits, because none began on it',
    (part) => {
      expect(named(undefined, part)).toBe('');
    },
  );

  it('notes what it cannot read, because the rest must not be lost', () => {
    const commits = [
      null,
      { ...listed('9', '1'), committerTimestamp: '2026' },
      { ...listed('8'), message: 5 },
    ];
    expect(push({ commits, changes: [5, change({ fromHash: sha('1') })], toCommit: 'x' })).toMatchObject({
      commits: [{ sha: sha('9'), committed_ms: null, branch: BRANCH }],
      unread_fields: ['toCommit', 'changes.0', 'commits.0', 'commits.1.committerTimestamp', 'commits.2'],
    });
  });

  it.each([
    [{ repository: 7 }, 'repository'],
    [{ repository: { slug: 'x' } }, 'repository.project'],
    [{ repository: { slug: 'x', project: { key: 'a b' } } }, 'repository'],
  ])('is refused with %j, because its commits would belong nowhere', (part, path) => {
    const body = { ...commitFixture('bitbucket-server-refs-changed'), ...part };
    const errors = problemOf(parseBody('bitbucket_server', null, body))?.errors;
    expect(errors).toEqual([{ path, message: expect.any(String) }]);
  });
});

describe('a pull request', () => {
  const described = (part: object) => {
    const body = commitFixture('bitbucket-server-pr-merged');
    const pullRequest = { ...(body.pullRequest as object), ...part };
    const { pull_requests, unread_fields } = saidBy('bitbucket_server', null, { ...body, pullRequest });
    return { ...pull_requests[0], unread: unread_fields };
  };

  it('says what its branch, text and commits are, because keys are in all of them', () => {
    expect(saidBy('bitbucket_server', 'pr:merged', commitFixture('bitbucket-server-pr-merged'))).toEqual({
      event_type: 'pr:merged',
      nature: 'known',
      repository: LEDGER,
      commits: [],
      pull_requests: [
        {
          repository: 'ORBIT/ledger',
          id: '9',
          title: 'LED-7 rounding',
          body: 'For LED-8 too.',
          url: 'https://bitbucket.example.org/projects/ORBIT/repos/ledger/pull-requests/9',
          branch: BRANCH,
          updated_ms: 1_793_643_000_000,
          shas: ['178864a7d521b6f5e720b386b2c2b0ef8563e0dc', '7e48f426f0a6e20f263d9425400000000000aaaa'],
        },
      ],
      unread_fields: [],
    });
  });

  it('has no address where the list of links holds null, as in some versions', () => {
    expect(described({ links: { self: [null] } })).toMatchObject({ url: null, unread: [] });
    expect(described({ links: { self: [] } })).toMatchObject({ url: null, unread: [] });
    expect(described({ links: { self: 5 } })).toMatchObject({
      url: null,
      unread: ['pullRequest.links.self'],
    });
  });

  it('belongs to the repository it goes to, because a fork has commits of its own', () => {
    const toRef = { repository: { slug: 'a', id: 1, project: { key: 'B' } } };
    expect(described({ toRef })).toMatchObject({ repository: 'B/a' });
  });
});

describe('other events', () => {
  it('are a ping for {"test":true}, because Bitbucket asks so whether anybody is there', () => {
    expect(saidBy('bitbucket_server', 'diagnostics:ping', { test: true }).nature).toBe('ping');
    expect(saidBy('bitbucket_server', 'diagnostics:ping', { test: 'true' }).nature).toBe('other');
    expect(saidBy('bitbucket_server', 'diagnostics:ping', { test: true, changes: {} }).nature).toBe('ping');
  });

  it('are called what their body says, where no header does', () => {
    expect(saidBy('bitbucket_server', null, { eventKey: 'repo:forked' })).toMatchObject({
      event_type: 'repo:forked',
      nature: 'other',
    });
    expect(saidBy('bitbucket_server', null, { eventKey: 'two words' }).event_type).toBe('unnamed');
  });
});
