import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/domain/json.ts';
import { normalizeBody } from './support.ts';

const ANN = { accountId: 'a', displayName: 'Ann' };
const BOB = { accountId: 'b', displayName: 'Bob' };
const factsOf = (body: JsonObject) => normalizeBody({ webhookEvent: 'x', ...body }).facts;
const self = (url: string) => ({ comment: { self: url } });

describe('the issue of an event', () => {
  const all = {
    issue: { id: 1 },
    worklog: { issueId: 2 },
    comment: { self: 'https://x.example.com/rest/api/2/issue/3/comment/9' },
    issueLink: { sourceIssueId: 4 },
  };

  it('is issue.id, else worklog.issueId, else the one in comment.self, else the source of a link', () => {
    expect(factsOf(all).issue_id).toBe('1');
    expect(factsOf({ ...all, issue: { key: 'A-1' } }).issue_id).toBe('2');
    expect(factsOf({ ...all, issue: null, worklog: {} }).issue_id).toBe('3');
    expect(factsOf({ issueLink: all.issueLink }).issue_id).toBe('4');
    expect(factsOf({}).issue_id).toBeNull();
  });

  it.each([
    ['https://x.example.com/rest/api/2/issue/10013/comment/10082', '10013'],
    ['http://x.example.com:8080/jira/rest/api/3/issue/10013', '10013'],
    ['/issue/98765432109876543210/', '98765432109876543210'],
    ['https://x.example.com/issue/rest/api/2/issue/10013/comment/1', '10013'],
    ['https://x.example.com/rest/api/2/issue/ORB-1/comment/1', null],
    ['https://x.example.com/rest/api/2/comment/10082', null],
    ['https://x.example.com/rest/api/2/issue/123456789012345678901/comment/1', null],
    ['', null],
  ])('in the comment %s is %s, because only digits are an id', (url, id) => {
    expect(factsOf(self(url))).toMatchObject({ issue_id: id, unread_fields: [] });
  });

  it('is unknown and comment.self listed when that is no text, because it might have named one', () => {
    expect(factsOf({ comment: { self: 5 } })).toMatchObject({
      issue_id: null,
      unread_fields: ['comment.self'],
    });
  });

  it('is looked for in 3 MB of slashes in a moment, because a sender must not keep us busy', () => {
    expect(factsOf(self('/issue/'.repeat(400_000))).issue_id).toBeNull();
  });
});

describe('the project of an event', () => {
  const issue = (key: string, project?: unknown) => ({ issue: { id: 1, key, fields: { project } } });

  it('is the project of the fields, else the key up to its last dash, because keys of projects may hold dashes', () => {
    expect(normalizeBody({ webhookEvent: 'x', ...issue('ORB-1', { key: 'NOVA' }) }).facts.project_key).toBe(
      'NOVA',
    );
    expect(normalizeBody({ webhookEvent: 'x', ...issue('A-B-1') }).facts.project_key).toBe('A-B');
    expect(normalizeBody({ webhookEvent: 'x', ...issue('NODASH') }).facts.project_key).toBeNull();
    expect(normalizeBody({ webhookEvent: 'x', ...issue('-1') }).facts.project_key).toBeNull();
  });

  it.each(['ORB', 5, {}, { key: 5 }, { key: '' }, { key: 'A#B' }, { key: 'x'.repeat(256) }])(
    'falls back to the key and lists %j, because no index may hold it',
    (project) => {
      const { facts } = normalizeBody({ webhookEvent: 'x', ...issue('ORB-1', project) });
      expect(facts).toMatchObject({ project_key: 'ORB', unread_fields: ['fields.project'] });
    },
  );

  it('is the subject of a project event and of no other, because other events only mention one', () => {
    const project = { id: 10_009, key: 'QUAY' };
    expect(factsOf({ webhookEvent: 'project_archived', project }).project_key).toBe('QUAY');
    expect(factsOf({ webhookEvent: 'board_created', project }).project_key).toBeNull();
    expect(factsOf({ webhookEvent: 'project_created', project: { key: 'A B' } })).toMatchObject({
      project_key: null,
      unread_fields: ['project'],
    });
  });
});

describe('the actor', () => {
  const comment = { author: BOB, updateAuthor: ANN };

  it.each<[string, JsonObject, string | null]>([
    ['user', { webhookEvent: 'jira:issue_updated', user: ANN, comment }, 'a'],
    ['user, also for a comment', { webhookEvent: 'comment_updated', user: BOB, comment }, 'b'],
    ['user, also for a deleted comment', { webhookEvent: 'comment_deleted', user: BOB, comment }, 'b'],
    ['who updated the comment', { webhookEvent: 'comment_created', comment }, 'a'],
    ['else its author', { webhookEvent: 'comment_created', comment: { author: BOB } }, 'b'],
    ['nobody for a deleted comment without user', { webhookEvent: 'comment_deleted', comment }, null],
    ['nobody for an issue without user', { webhookEvent: 'jira:issue_updated', comment }, null],
    ['nobody for an event about a user', { webhookEvent: 'user_updated', user: ANN }, null],
    ['who logged work', { webhookEvent: 'worklog_created', worklog: { author: BOB } }, 'b'],
    ['who changed it', { webhookEvent: 'worklog_updated', worklog: { author: BOB, updateAuthor: ANN } }, 'a'],
    ['user, also for work', { webhookEvent: 'worklog_deleted', user: ANN, worklog: { author: BOB } }, 'a'],
    ['nobody for deleted work', { webhookEvent: 'worklog_deleted', worklog: { author: BOB } }, null],
    ['who attached a file', { webhookEvent: 'attachment_created', attachment: { author: ANN } }, 'a'],
    ['nobody for a deleted file', { webhookEvent: 'attachment_deleted', attachment: { author: ANN } }, null],
  ])('is %s, because that is who did it', (_, body, id) => {
    expect(factsOf(body)).toMatchObject({ actor: id === null ? null : { id }, unread_fields: [] });
  });

  it('falls back to the comment and lists an odd user, because it names nobody', () => {
    expect(factsOf({ webhookEvent: 'comment_created', user: 'ann', comment })).toMatchObject({
      actor: { id: 'a' },
      unread_fields: ['user'],
    });
    expect(
      factsOf({ webhookEvent: 'comment_created', comment: { updateAuthor: 5, author: BOB } }),
    ).toMatchObject({
      actor: { id: 'b' },
      unread_fields: ['comment.updateAuthor'],
    });
    expect(
      factsOf({ webhookEvent: 'comment_created', comment: { updateAuthor: null, author: 5 } }),
    ).toMatchObject({ actor: null, unread_fields: ['comment.author'] });
  });
});
