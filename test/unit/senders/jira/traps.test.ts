import { describe, expect, it } from 'vitest';
import { type Json, type JsonObject, own } from '../../../../src/domain/json.ts';
import { fixture, fullBody, normalizeBody, normalizeFixture, normalizeText, PETE } from './support.ts';

const update = (items: Json[], fields: JsonObject = {}) =>
  normalizeBody(fullBody(fields, { changelog: { id: '1', items } }));

describe('what is known to go wrong with Jira webhooks', () => {
  it('a comment does not advance updated: both instants are kept, because one alone would lose the comment', () => {
    expect(normalizeFixture('server-issue-updated-commented').snapshot).toMatchObject({
      updated_ms: 1_792_497_600_789,
      timestamp_ms: 1_792_497_896_800,
    });
  });

  it('one comment comes as two deliveries: only the full one is a snapshot, and both belong to the issue', () => {
    const [alone, within] = [
      normalizeFixture('server-comment-created'),
      normalizeFixture('server-issue-updated-commented'),
    ];
    expect([alone.facts.issue_id, within.facts.issue_id]).toEqual(['20033', '20033']);
    expect([alone.snapshot === null, within.snapshot === null]).toEqual([true, false]);
  });

  it('no issue at all: comment.self has its id, because payload.issue.key would throw', () => {
    expect(own(fixture('server-comment-created'), 'issue')).toBeUndefined();
    expect(normalizeFixture('server-comment-created').facts).toMatchObject({
      issue_id: '20033',
      issue_key: null,
    });
  });

  it('a partial issue: no snapshot, because its missing labels are unknown and not cleared', () => {
    expect(normalizeFixture('cloud-comment-created')).toMatchObject({ snapshot: null, keys: ['ORB-41'] });
  });

  it('no updated: neither created nor the timestamp stands in, because real edits would then look stale', () => {
    const fields = { created: '2026-10-19T09:00:10.911-0700', summary: 'x' };
    const body = { webhookEvent: 'jira:issue_updated', timestamp: 5, issue: { id: '1', key: 'A-1', fields } };
    expect(normalizeBody(body).snapshot).toBeNull();
  });

  it('a deletion has an old updated: its own time is the timestamp, because updated is the last edit', () => {
    const { snapshot, deletion } = normalizeFixture('cloud-issue-deleted');
    expect([snapshot?.updated_ms, deletion?.deleted_ms]).toEqual([1_792_684_800_000, 1_792_684_853_020]);
  });

  it.each([[{}], [{ changelog: { id: '1', items: [] } }], [{ changelog: { id: '1' } }]])(
    'a changelog that is missing or empty (%j) means no changes, because items[0] would throw',
    (rest) => {
      expect(normalizeBody(fullBody({}, rest)).facts).toMatchObject({ changes: [], unread_fields: [] });
    },
  );

  it('toString is a real key: null without it, because the inherited one is a function', () => {
    const { facts } = update([{ field: 'a' }, { field: 'b', toString: 'x' }, { field: 'c', toString: null }]);
    expect(facts.changes.map(({ to_string }) => to_string)).toEqual([null, 'x', null]);
    expect(facts.unread_fields).toEqual([]);
  });

  it('offsets have no colon and differ within a site: instants are compared, because their texts sort wrongly', () => {
    const [winter, summer] = ['2019-11-03T01:30:00.000-0800', '2019-11-03T01:45:00.000-0700'].map(
      (updated) => normalizeBody(fullBody({ updated })).snapshot?.updated_ms,
    );
    expect([winter, summer]).toEqual([1_572_773_400_000, 1_572_770_700_000]);
  });

  it('a field has a display name: the name and the id are both kept, because either may be all there is', () => {
    const { facts } = update([
      { field: 'Fix Version', fieldId: 'fixVersions' },
      { field: 'numfield', fieldtype: 'custom' },
    ]);
    expect(facts.changes.map(({ field, field_id }) => [field, field_id])).toEqual([
      ['Fix Version', 'fixVersions'],
      ['numfield', null],
    ]);
  });

  it('labels in a changelog are one text: it is verbatim, because quotes and spaces are not ours to split', () => {
    const { facts, snapshot } = update([{ field: 'labels', fromString: 'a "b c"', toString: '"b c"' }], {
      labels: ['"b', 'c"'],
    });
    expect(facts.changes[0]).toMatchObject({
      from: null,
      from_string: 'a "b c"',
      to: null,
      to_string: '"b c"',
    });
    expect(snapshot?.fields.labels).toEqual(['"b', 'c"']);
  });

  it('from and to are null although the value changed: the texts are kept, because only they show it', () => {
    const { facts } = update([
      { field: 'summary', fieldId: 'summary', from: null, fromString: 'old', to: null, toString: 'new' },
    ]);
    expect(facts.changes[0]).toMatchObject({ from: null, from_string: 'old', to: null, to_string: 'new' });
  });

  it('changelog and fields disagree: the fields win, because a changelog is no patch', () => {
    const { snapshot } = update([{ field: 'assignee', to: 'ann', toString: 'Ann' }], { assignee: null });
    expect(snapshot?.fields.assignee).toBeNull();
  });

  it('server users have no accountId: the key names them, because names may change', () => {
    const { snapshot } = normalizeFixture('server-issue-updated-commented');
    expect(snapshot?.fields.reporter).toEqual({ id: 'JIRAUSER10201', display_name: 'Ruth Abara' });
  });

  it('statuscategorychangedate may be later than updated: it is no version, because it is not the last edit', () => {
    const { snapshot } = normalizeBody(
      fullBody({ statuscategorychangedate: '2026-10-20T09:00:04.100-0700' }),
    );
    expect(snapshot?.updated_ms).toBe(1_792_512_003_552);
  });

  it('equal updated with other contents: the timestamp distinguishes them, because ties are real', () => {
    const versions = [5, 6].map((timestamp) => normalizeBody(fullBody({}, { timestamp })).snapshot);
    expect(versions.map((v) => [v?.updated_ms, v?.timestamp_ms])).toEqual([
      [1_792_512_003_552, 5],
      [1_792_512_003_552, 6],
    ]);
  });

  it('private data: no address and no picture leaves, because what is read is stored and shown', () => {
    for (const name of ['server-issue-updated-commented', 'server-comment-created', 'cloud-issue-updated']) {
      const text = JSON.stringify(normalizeFixture(name));
      expect(text).not.toMatch(/emailAddress|avatarUrls|@example\.com|%40example/);
    }
    expect(JSON.stringify(normalizeFixture('server-comment-created'))).toContain(PETE);
  });

  it('an update without the comment it once had is the same issue, because Cloud will stop sending comments', () => {
    const { comment: _, ...body } = fixture('server-issue-updated-commented');
    expect(normalizeBody(body)).toEqual(normalizeFixture('server-issue-updated-commented'));
  });

  it('numeric ids: a delivery with numbers is the same as one with strings, because senders differ', () => {
    const text = JSON.stringify(fixture('cloud-issue-updated'));
    const numeric = text.replace('"issue":{"id":"10417"', '"issue":{"id":10417');
    expect(numeric).not.toBe(text);
    expect(normalizeText(numeric)).toEqual(normalizeText(text));
  });

  it('a Key item without a project item still gives both keys, because a move may come without one', () => {
    expect(
      update([{ field: 'Key', from: null, fromString: 'OLD-1', to: null, toString: 'ORB-41' }]).keys,
    ).toEqual(['ORB-41', 'OLD-1']);
  });
});
