import { describe, expect, it } from 'vitest';
import { commitFacts } from '../../../../src/senders/shared/normalize.ts';
import { commitFixture, normalizeCommitBody } from '../../../support/commit-bodies.ts';
import { PETE } from '../jira/support.ts';

const SHA = '7d8e9f0a1b2c3d4e5f60718293a4b5c6d7e8f901';
const COMMIT = { sha: SHA, message: 'NOVA-3', author: 'Ines', committed_at: '2026-11-05T07:30:00Z' };

const normalizeOne = (part: object) => {
  const body = { repository: 'orbit/tools', commits: [{ ...COMMIT, ...part }] };
  const { commits, unread_fields } = normalizeCommitBody('commits', null, body);
  return { ...commits[0], unread: unread_fields };
};

describe('our own format', () => {
  it('gives each commit with the pull request it names, because that is said of this commit only', () => {
    expect(normalizeCommitBody('commits', null, commitFixture('commits'))).toEqual({
      event_type: 'commits',
      commits: [
        {
          repository: 'orbit/tools',
          sha: SHA,
          message: 'NOVA-3 check the disk first\n\nWithout it the run ends half way.',
          author_name: 'Ines Vargas',
          committed_ms: 1_793_889_000_250,
          branch: null,
          pull_request: null,
        },
        {
          repository: 'orbit/tools',
          sha: 'a0b1c2d3e4f5061728394a5b6c7d8e9fa0b1c2d3',
          message: 'Tidy',
          author_name: 'Pete Moss',
          committed_ms: 1_793_890_800_000,
          branch: 'NOVA-4-tidy',
          pull_request: {
            repository: 'orbit/tools',
            id: '12',
            title: 'NOVA-4 tidy up',
            body: null,
            url: 'https://git.example.org/orbit/tools/merge_requests/12',
            branch: null,
            updated_ms: 1_793_890_800_000,
            shas: ['a0b1c2d3e4f5061728394a5b6c7d8e9fa0b1c2d3'],
          },
        },
      ],
      pull_requests: [],
      unread_fields: [],
    });
  });

  it.each([
    ['Closes NOVA-9\ud800', 'Closes NOVA-9\ufffd'],
    ['', ''],
    [null, null],
    [undefined, null],
  ])('takes the body %j of a pull request as %j, because not every sender knows it', (body, text) => {
    const pull_request = { id: 1, title: 'x', body };
    expect(normalizeOne({ pull_request }).pull_request?.body).toBe(text);
  });

  it('takes a commit whose time is no instant and notes it, because it must not cost the whole body', () => {
    const pull_request = { id: 1, title: 'NOVA-3' };
    expect(normalizeOne({ committed_at: '1969-07-20T20:17:40Z', pull_request })).toMatchObject({
      sha: SHA,
      committed_ms: null,
      pull_request: { title: 'NOVA-3', updated_ms: null },
      unread: ['commits.0.committed_at'],
    });
  });

  it.each([
    ['main', 'main', []],
    ['refs/heads/main', 'main', []],
    ['origin/main', 'origin/main', []],
    ['refs/remotes/origin/main', 'refs/remotes/origin/main', []],
    ['refs/tags/v1', null, []],
    ['old/refs/heads/main', 'old/refs/heads/main', []],
    ['', null, []],
    [null, null, []],
    ['NOVA-1\ud800', 'NOVA-1\ufffd', []],
    ['x'.repeat(1001), null, ['commits.0.branch']],
    [`refs/heads/${'x'.repeat(1001)}`, null, ['commits.0.branch']],
  ])('takes the branch %j as %j, because CI systems name it in both ways', (branch, expected, unread) => {
    expect(normalizeOne({ branch })).toMatchObject({ branch: expected, unread });
  });

  it.each([
    ['pete@example.com', PETE],
    ['Pete Moss <pete@example.com>', 'Pete Moss'],
    [{ name: 'pete@example.com' }, PETE],
    ['', null],
    ['n'.repeat(300), 'n'.repeat(255)],
  ])('shows the author %j as %j, because addresses are private', (author, author_name) => {
    expect(normalizeOne({ author })).toMatchObject({ author_name, unread: [] });
  });

  it('keeps texts well formed and short where rows hold them, because half characters are no UTF-8', () => {
    const pull_request = { id: 'a', title: `\ud800${'t'.repeat(1000)}`, url: 'ftp://example.com' };
    expect(normalizeOne({ message: 'NOVA-3\udc00', pull_request })).toMatchObject({
      message: 'NOVA-3\ufffd',
      pull_request: { id: 'a', title: `\ufffd${'t'.repeat(999)}`, url: null },
      unread: ['commits.0.pull_request.url'],
    });
  });
});

describe('the event of a delivery', () => {
  it('belongs to no issue and shows what was not read, because links are found later', () => {
    const delivery = normalizeCommitBody('bitbucket', 'repo:push', commitFixture('bitbucket-push'));
    expect(commitFacts(delivery)).toEqual({
      issue_id: null,
      issue_key: null,
      project_key: null,
      event_type: 'repo:push',
      issue_event_type: null,
      changes: [],
      actor: null,
      occurred_ms: 0,
      unread_fields: ['push.changes.0.commits'],
    });
  });
});
