import { describe, expect, it } from 'vitest';
import type { Json } from '../../../../src/domain/json.ts';
import { readFieldsOf } from './support.ts';

const NO_TEXT: Json[] = [5, true, [], ['x'], { value: 'x' }];
const NO_NAMED: Json[] = ['Done', 5, [], [{ name: 'Done' }], {}, { name: null }, { name: 5 }, { id: '1' }];
const NO_KEYED: Json[] = [
  'ORB-1',
  5,
  [],
  {},
  { id: '1' },
  { key: '' },
  { key: 'A B' },
  { key: 'x'.repeat(256) },
];

describe('a text', () => {
  it.each([
    ['summary', 'summary'],
    ['due_date', 'duedate'],
    ['description', 'description'],
  ] as const)('is verbatim as %s, also when empty, because empty is a value', (name, field) => {
    expect(readFieldsOf({ [field]: ' a\n' })).toMatchObject({ [name]: ' a\n', unread: [] });
    expect(readFieldsOf({ [field]: '' })).toMatchObject({ [name]: '', unread: [] });
    expect(readFieldsOf({ [field]: null })).toMatchObject({ [name]: null, unread: [] });
  });

  it.each(NO_TEXT)('is null and listed for %j, because a guess could be wrong', (value) => {
    expect(readFieldsOf({ summary: value, duedate: value, description: value })).toMatchObject({
      summary: null,
      due_date: null,
      description: null,
      unread: ['fields.summary', 'fields.description', 'fields.duedate'],
    });
  });
});

describe('a named value', () => {
  it.each([
    ['issue_type', 'issuetype'],
    ['status', 'status'],
    ['priority', 'priority'],
    ['resolution', 'resolution'],
  ] as const)(
    'is its name as %s, and null or listed otherwise, because ids mean nothing to readers',
    (name, field) => {
      expect(readFieldsOf({ [field]: { id: '1', name: 'Done', self: 'x' } })).toMatchObject({
        [name]: 'Done',
        unread: [],
      });
      for (const value of NO_NAMED)
        expect(readFieldsOf({ [field]: value })).toMatchObject({ [name]: null, unread: [`fields.${field}`] });
    },
  );

  it('of a status includes the category key, because its name is translated', () => {
    const status = (statusCategory: Json) => readFieldsOf({ status: { name: 'Fertig', statusCategory } });
    expect(status({ id: 3, key: 'done', name: 'Fertig' })).toMatchObject({
      status: 'Fertig',
      status_category: 'done',
      unread: [],
    });
    expect(status(null)).toMatchObject({ status_category: null, unread: [] });
    expect(status({ id: 3 })).toMatchObject({ status_category: null, unread: [] });
    for (const odd of ['done', 3, [], { key: 3 }])
      expect(status(odd)).toMatchObject({
        status: 'Fertig',
        status_category: null,
        unread: ['fields.status'],
      });
  });
});

describe('the level', () => {
  it.each([
    [{ name: 'Epic', subtask: false }, 'epic'],
    [{ name: 'Thema', hierarchyLevel: 1 }, 'epic'],
    [{ name: 'Initiative', hierarchyLevel: 2 }, 'epic'],
    [{ name: 'Sub-task', subtask: true }, 'subtask'],
    [{ name: 'Teilaufgabe', hierarchyLevel: -1 }, 'subtask'],
    [{ name: 'Epic', subtask: true }, 'subtask'],
    [{ name: 'Story', subtask: false, hierarchyLevel: 0 }, 'standard'],
    [{ name: 'Story', subtask: 'true', hierarchyLevel: '1' }, 'standard'],
    [{ name: 'epic' }, 'standard'],
  ])('of %j is %s, because that decides what counts as a story', (issuetype, level) => {
    expect(readFieldsOf({ issuetype })).toMatchObject({ issue_level: level, unread: [] });
  });

  it('is null without an issue type, because nothing says what it is', () => {
    expect(readFieldsOf({ issuetype: null })).toMatchObject({ issue_level: null, unread: [] });
    expect(readFieldsOf({ issuetype: 'Epic' })).toMatchObject({
      issue_level: null,
      unread: ['fields.issuetype'],
    });
  });
});

describe('a list', () => {
  it('of labels keeps order and repetitions, because it is what Jira shows', () => {
    expect(readFieldsOf({ labels: ['b', '"a', 'b', ''] })).toMatchObject({
      labels: ['b', '"a', 'b', ''],
      unread: [],
    });
  });

  it.each([
    ['components', 'components'],
    ['fix_versions', 'fixVersions'],
    ['affected_versions', 'versions'],
  ] as const)('of names is read as %s, because ids mean nothing to readers', (name, field) => {
    expect(
      readFieldsOf({
        [field]: [
          { id: '1', name: 'b' },
          { name: 'a', description: '' },
        ],
      }),
    ).toMatchObject({
      [name]: ['b', 'a'],
      unread: [],
    });
  });

  it('keeps what it can read and is listed once, because one odd element is no reason to lose the others', () => {
    expect(readFieldsOf({ labels: ['a', 5, null, {}, 'b'] })).toMatchObject({
      labels: ['a', 'b'],
      unread: ['fields.labels'],
    });
    expect(readFieldsOf({ versions: [{ name: 'a' }, 'b', { name: 5 }] })).toMatchObject({
      affected_versions: ['a'],
      unread: ['fields.versions'],
    });
  });

  it('is empty where labels is no list, because a text is no label', () => {
    expect(readFieldsOf({ labels: 'a b' }).labels).toEqual([]);
  });

  it.each(['labels', 'components', 'fixVersions', 'versions', 'issuelinks', 'subtasks'])(
    'is empty and listed when %s is no list, and not listed when it is null',
    (field) => {
      for (const value of ['a b', 5, true, { 0: 'a', length: 1 }])
        expect(readFieldsOf({ [field]: value }).unread).toEqual([`fields.${field}`]);
      for (const value of [null, [], [null]]) expect(readFieldsOf({ [field]: value }).unread).toEqual([]);
    },
  );
});

describe('related issues', () => {
  it('are keys, because people use them: parent and sub-tasks', () => {
    const fields = {
      parent: { id: '1', key: 'ORB-7' },
      subtasks: [{ id: '2', key: 'ORB-8' }, { key: 'ORB-9' }],
    };
    expect(readFieldsOf(fields)).toMatchObject({
      parent_key: 'ORB-7',
      subtasks: ['ORB-8', 'ORB-9'],
      unread: [],
    });
  });

  it.each(NO_KEYED)('are left out and listed for %j, because it holds no key within the limits', (value) => {
    expect(readFieldsOf({ parent: value, subtasks: [value] })).toMatchObject({
      parent_key: null,
      subtasks: [],
      unread: ['fields.parent', 'fields.subtasks'],
    });
  });

  it('are links, one for each entry, because an issue may be linked twice', () => {
    const type = { name: 'Blocks', inward: 'is blocked by', outward: 'blocks' };
    const issuelinks = [
      { type, outwardIssue: { key: 'ORB-2' } },
      { type, inwardIssue: { key: 'ORB-2' } },
      { type, outwardIssue: null, inwardIssue: { key: 'ORB-3' } },
      { outwardIssue: { id: '9' } },
    ];
    expect(readFieldsOf({ issuelinks })).toMatchObject({
      links: [
        { type: 'Blocks', direction: 'outward', issue_key: 'ORB-2' },
        { type: 'Blocks', direction: 'inward', issue_key: 'ORB-2' },
        { type: 'Blocks', direction: 'inward', issue_key: 'ORB-3' },
        { type: null, direction: 'outward', issue_key: null },
      ],
      unread: [],
    });
  });

  it('are links with null for an odd part, because the direction is still known', () => {
    expect(readFieldsOf({ issuelinks: [{ type: 'Blocks', outwardIssue: { key: 'A B' } }] })).toMatchObject({
      links: [{ type: null, direction: 'outward', issue_key: null }],
      unread: ['fields.issuelinks'],
    });
  });

  it.each(['ORB-1', {}, { type: { name: 'Blocks' } }, { outwardIssue: 'ORB-1' }])(
    'are no link in %j, because it has no linked issue',
    (entry) => {
      expect(readFieldsOf({ issuelinks: [entry] })).toMatchObject({
        links: [],
        unread: ['fields.issuelinks'],
      });
    },
  );
});

describe('created', () => {
  it('is written in UTC, because offsets differ within one site', () => {
    expect(readFieldsOf({ created: '2019-02-15T19:01:52.971-0800' }).created_at).toBe(
      '2019-02-16T03:01:52.971Z',
    );
    expect(readFieldsOf({ created: '2026-10-20T00:00:00.000+0530' }).created_at).toBe(
      '2026-10-19T18:30:00.000Z',
    );
  });

  it.each([
    [1_550_286_112_971, '2019-02-16T03:01:52.971Z'],
    ['1550286112971', '2019-02-16T03:01:52.971Z'],
    [893_980_800_000, '1998-05-01T00:00:00.000Z'],
    [253_402_300_799_999, '9999-12-31T23:59:59.999Z'],
  ])('may be %j, because some senders write epoch milliseconds', (created, instant) => {
    expect(readFieldsOf({ created })).toMatchObject({ created_at: instant, unread: [] });
  });

  it.each(['1970-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'])(
    'may be %s, because between these every instant can be written',
    (instant) => {
      const created = instant.replace('Z', '+0000');
      expect(readFieldsOf({ created })).toMatchObject({ created_at: instant, unread: [] });
    },
  );

  it.each([
    5,
    1_550_286_112,
    '1550286112',
    1_550_286_112_971.5,
    -1_550_286_112_971,
    253_402_300_800_000,
    1e20,
    true,
    '',
    'x',
    '2026-10-20',
    '2026-13-01T00:00:00.000+0000',
    '0000-01-01T00:00:00.000+1400',
    '9999-12-31T23:59:59.999-1200',
    ['2019-02-15T19:01:52.971-0800'],
  ])('is null and listed for %j, because it names no instant we can write', (created) => {
    expect(readFieldsOf({ created })).toMatchObject({ created_at: null, unread: ['fields.created'] });
  });
});

describe('due date', () => {
  it('is the day as it was written, because it is no instant', () => {
    expect(readFieldsOf({ duedate: '2026-11-30' })).toMatchObject({ due_date: '2026-11-30', unread: [] });
    expect(readFieldsOf({ duedate: 1_792_512_003_552 })).toMatchObject({
      due_date: null,
      unread: ['fields.duedate'],
    });
  });
});

describe('custom fields', () => {
  it('are kept by their numbered name without nulls, because three of four are null', () => {
    const fields = {
      customfield_1: null,
      customfield_2: '',
      customfield_3: [],
      customfield_4: 3.5,
      customfield_5: { a: [null] },
      customfield_: 1,
      customfield_6x: 1,
      xcustomfield_6: 1,
      Customfield_7: 1,
      environment: 'x',
    };
    expect(readFieldsOf(fields).custom_fields).toEqual({
      customfield_2: '',
      customfield_3: [],
      customfield_4: 3.5,
      customfield_5: { a: [null] },
    });
  });

  it('have names of at most 20 digits, because a list of names must stay short', () => {
    const fields = { [`customfield_${'1'.repeat(20)}`]: 1, [`customfield_${'1'.repeat(21)}`]: 1 };
    expect(Object.keys(readFieldsOf(fields).custom_fields)).toEqual(['customfield_11111111111111111111']);
  });
});
