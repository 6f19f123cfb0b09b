import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../../../src/domain/instant.ts';
import type { Json, JsonObject } from '../../../../src/domain/json.ts';
import { deepJson, fullBody, NOW, normalizeBody, normalizeText } from './support.ts';

const withUpdated = (updated: Json) => normalizeBody(fullBody({ updated }));

describe('a full issue', () => {
  it('is full whatever the event is called, because names are an open set', () => {
    const { snapshot } = normalizeBody({ ...fullBody(), webhookEvent: 'an event of tomorrow' });
    expect(snapshot).toMatchObject({ issue_id: '10417', updated_ms: 1_792_512_003_552 });
  });

  it('with nothing but id, key and updated has null and empty fields, because absent is never missing', () => {
    expect(normalizeBody(fullBody()).snapshot?.fields).toEqual({
      issue_key: 'ORB-41',
      project_key: 'ORB',
      issue_type: null,
      issue_level: null,
      summary: null,
      description: null,
      status: null,
      status_category: null,
      priority: null,
      resolution: null,
      assignee: null,
      reporter: null,
      labels: [],
      components: [],
      fix_versions: [],
      affected_versions: [],
      parent_key: null,
      sprint: null,
      links: [],
      subtasks: [],
      due_date: null,
      created_at: null,
      updated_at: '2026-10-20T16:00:03.552Z',
      phoenix_updated_at: '2026-10-20T09:00:03.552-07:00',
      custom_fields: {},
      truncated: [],
    });
  });

  it.each([
    ['2000-01-01T00:00:00.000+0000', 946_684_800_000],
    ['1999-12-31T17:00:00.000-0700', 946_684_800_000],
    ['2026-11-23T19:00:00.000+0000', 1_795_460_400_000],
    ['2026-10-20T16:00:03Z', 1_792_512_003_000],
    [1_792_512_003_552, 1_792_512_003_552],
    ['1792512003552', 1_792_512_003_552],
    [946_684_800_000, 946_684_800_000],
    [1_795_460_400_000, 1_795_460_400_000],
  ])('may be updated at %s, because the limits are included', (updated, ms) => {
    expect(withUpdated(updated).snapshot?.updated_ms).toBe(ms);
  });

  it.each([
    '1999-12-31T23:59:59.999+0000',
    '2026-11-23T19:00:00.001+0000',
    '9999-12-31T23:59:59.999-1200',
    '2026-10-20T09:00:03.552',
    '2026-02-30T09:00:03.552-0700',
    'yesterday',
    '',
    1_792_512_003,
    '1792512003',
    946_684_799_999,
    1_795_460_400_001,
    1_792_512_003_552.5,
    -1_792_512_003_552,
    1e20,
    '1e12',
    '0x1a15b8d1c20',
    ' 1792512003552',
    '-1792512003552',
    '1792512003552.0',
    '99999999999999999999',
    true,
    { iso: '2026-10-20' },
    [],
    ['2026-10-20T09:00:03.552-0700'],
  ])('is not full with updated %j, because such a version could hide every later one', (updated) => {
    const { snapshot, facts } = withUpdated(updated);
    expect(snapshot).toBeNull();
    expect(facts.unread_fields).toEqual(['fields.updated']);
  });

  it.each<[string, JsonObject]>([
    ['id', { key: 'ORB-41', fields: { updated: '2026-10-20T09:00:03.552-0700' } }],
    ['key', { id: '10417', fields: { updated: '2026-10-20T09:00:03.552-0700' } }],
    ['updated', { id: '10417', key: 'ORB-41', fields: {} }],
    ['updated that is not null', { id: '10417', key: 'ORB-41', fields: { updated: null } }],
    ['fields', { id: '10417', key: 'ORB-41' }],
  ])('needs %s, because without it there is no version to compare', (_, issue) => {
    const { snapshot, facts } = normalizeBody({ webhookEvent: 'jira:issue_updated', issue });
    expect(snapshot).toBeNull();
    expect(facts.unread_fields).toEqual([]);
  });
});

describe('the timestamp', () => {
  it.each([0, 1, NOW + DAY_MS])('may be %d, because a clock may be a day ahead of ours', (timestamp) => {
    const { facts, snapshot } = normalizeBody(fullBody({}, { timestamp }));
    expect(facts).toMatchObject({ occurred_ms: timestamp, unread_fields: [] });
    expect(snapshot?.timestamp_ms).toBe(timestamp);
  });

  it.each([
    '-1',
    '1.5',
    '1e308',
    '1e400',
    '253402300800000',
    String(NOW + DAY_MS + 1),
    '"2026-10-20"',
    '"1792512003777"',
    'true',
    '[]',
  ])('counts as 0 and is listed when it is %s, because it names no instant that is believed', (timestamp) => {
    const text = JSON.stringify(fullBody()).replace('1792512003777', timestamp);
    const { facts, snapshot } = normalizeText(text);
    expect(facts).toMatchObject({ occurred_ms: 0, unread_fields: ['timestamp'] });
    expect(snapshot?.timestamp_ms).toBe(0);
  });

  it('counts as 0 when it is missing or null, and is not listed, because nothing was there to read', () => {
    expect(normalizeBody({ webhookEvent: 'x' }).facts).toMatchObject({ occurred_ms: 0, unread_fields: [] });
    expect(normalizeBody({ webhookEvent: 'x', timestamp: null }).facts.unread_fields).toEqual([]);
  });

  it('is 0 and not -0, because a version is compared and written', () => {
    const { facts } = normalizeText('{"webhookEvent":"x","timestamp":-0}');
    expect(Object.is(facts.occurred_ms, 0)).toBe(true);
  });
});

describe('a deletion', () => {
  it('is one with nothing but an id, because the issue is gone whether or not its fields came along', () => {
    const body = { webhookEvent: 'jira:issue_deleted', timestamp: 5, issue: { id: 10417 } };
    expect(normalizeBody(body)).toMatchObject({
      snapshot: null,
      deletion: { issue_id: '10417', deleted_ms: 5 },
    });
  });

  it.each([{}, { timestamp: null }, { timestamp: 'x' }])(
    'has no time with %j, because none was given',
    (rest) => {
      const body = { webhookEvent: 'jira:issue_deleted', issue: { id: '10417' }, ...rest };
      expect(normalizeBody(body).deletion).toEqual({ issue_id: '10417', deleted_ms: null });
    },
  );

  it.each([
    'issue_deleted',
    'jira:issue_deleted ',
    'JIRA:ISSUE_DELETED',
    'comment_deleted',
    'project_deleted',
  ])('is not "%s", because only jira:issue_deleted says that an issue is gone', (webhookEvent) => {
    expect(normalizeBody({ ...fullBody(), webhookEvent }).deletion).toBeNull();
  });

  it('needs issue.id, because a comment of the issue does not name what was deleted', () => {
    const comment = { self: 'https://x.example.com/rest/api/2/issue/10417/comment/1' };
    expect(normalizeBody({ webhookEvent: 'jira:issue_deleted', comment }).deletion).toBeNull();
  });
});

describe('what is no object where one belongs', () => {
  it.each(['issue', 'changelog', 'worklog', 'comment', 'issueLink', 'user'])(
    'is listed for %s and costs nothing else, because the rest may still be read',
    (name) => {
      for (const value of ['text', 7, true, []]) {
        const { facts } = normalizeBody({ webhookEvent: 'comment_created', timestamp: 5, [name]: value });
        expect(facts).toMatchObject({ occurred_ms: 5, unread_fields: [name] });
      }
    },
  );

  it('is listed for fields, because then nothing of the issue can be read', () => {
    const issue = { id: '1', key: 'ORB-1', fields: [1] };
    expect(normalizeBody({ webhookEvent: 'x', issue }).facts.unread_fields).toEqual(['fields']);
  });

  it('is listed for the event type name, also when that is endless, because it is stored beside the event', () => {
    for (const issue_event_type_name of [5, ['issue_generic'], 'x'.repeat(201)]) {
      const { facts } = normalizeBody({ webhookEvent: 'x', issue_event_type_name });
      expect(facts).toMatchObject({ issue_event_type: null, unread_fields: ['issue_event_type_name'] });
    }
    const longest = 'x'.repeat(200);
    const { facts } = normalizeBody({ webhookEvent: 'x', issue_event_type_name: longest });
    expect(facts).toMatchObject({ issue_event_type: longest, unread_fields: [] });
  });
});

describe('the list of unread fields', () => {
  it('stays at 50 entries, because a hint for people must not outgrow the event', () => {
    const items = Array.from({ length: 1000 }, () => 'no item');
    const { facts } = normalizeBody({ webhookEvent: 'x', changelog: { items } });
    expect(facts.unread_fields).toHaveLength(50);
    expect(facts.unread_fields[49]).toBe('changelog.items[49]');
  });
});

describe('a hostile body', () => {
  it('nested as deep as 4 MB can be everywhere is read like any other, because nothing recurses without a limit', () => {
    const deep = deepJson(400_000);
    const fields = `{"updated":"2026-10-20T09:00:03.552-0700","customfield_1":${deep},"labels":${deep},"description":${deep}}`;
    const { facts, snapshot } = normalizeText(
      `{"webhookEvent":"x","user":${deep},"changelog":{"items":${deep}},"issue":{"id":1,"key":"A-1","fields":${fields}}}`,
    );
    expect(snapshot?.fields).toMatchObject({ custom_fields: {}, labels: [], description: null });
    expect(facts.unread_fields).toEqual([
      'fields.customfield_1',
      'fields.description',
      'fields.labels',
      'changelog.items[0]',
      'user',
    ]);
  });

  it('keeps 100,000 labels and sprints in one field, because a long list is still a list', () => {
    const labels = Array.from({ length: 100_000 }, (_, n) => `label-${n}`);
    const sprints = labels.map((name, id) => ({ id, name, state: 'closed', boardId: 1 }));
    const { snapshot } = normalizeBody(fullBody({ labels, customfield_1: sprints }));
    expect(snapshot?.fields.labels).toHaveLength(100_000);
    expect(snapshot?.fields.sprint).toEqual({ id: '99999', name: 'label-99999', state: 'closed' });
  });

  it('reads 100,000 changelog items and 3 MB strings, because size alone makes nothing unreadable', () => {
    const items = Array.from({ length: 100_000 }, () => ({ field: 'Key', fromString: '#' }));
    const long = 'x'.repeat(3_000_000);
    const { facts, snapshot } = normalizeBody(fullBody({ summary: long }, { changelog: { items } }));
    expect(facts.changes).toHaveLength(500);
    expect(facts.unread_fields).toContain('changelog.items');
    expect(snapshot?.fields.summary).toBe(long);
  });

  it('with empty strings everywhere has them where texts are taken verbatim, because empty is not missing', () => {
    const { facts, snapshot } = normalizeBody(
      fullBody(
        {
          summary: '',
          description: '',
          labels: [''],
          assignee: { accountId: '', name: '', displayName: '' },
          duedate: '',
        },
        {
          user: { accountId: '' },
          changelog: { items: [{ field: '', fromString: '' }] },
          issue_event_type_name: '',
        },
      ),
    );
    expect(snapshot?.fields).toMatchObject({ summary: '', description: '', labels: [''], due_date: '' });
    expect(snapshot?.fields.assignee).toEqual({ id: null, display_name: '' });
    expect(facts).toMatchObject({ issue_event_type: '', actor: null, unread_fields: ['user'] });
  });

  it('with lone surrogates and NUL keeps them in texts, because only keys have limits', () => {
    const { snapshot } = normalizeBody(fullBody({ summary: 'a\ud800b\u0000c', labels: ['\udfff'] }));
    expect(snapshot?.fields).toMatchObject({ summary: 'a\ud800b\u0000c', labels: ['\udfff'] });
  });

  it('with prototype names as keys is read as if they were absent, because only own properties count', () => {
    const text = JSON.stringify(fullBody()).replace(
      '"updated"',
      '"__proto__":{"summary":"x","labels":["x"]},"constructor":{"prototype":{}},"toString":1,"updated"',
    );
    const { snapshot, facts } = normalizeText(text);
    expect(snapshot?.fields).toMatchObject({ summary: null, labels: [], custom_fields: {} });
    expect(facts.unread_fields).toEqual([]);
  });
});
