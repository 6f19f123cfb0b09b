import { describe, expect, it } from 'vitest';
import { normalizeFixture, PETE } from './support.ts';

const INES = { id: '5e0000000000000000000001', display_name: 'Ines Vargas' };
const OTTO = { id: '712020:7f2f0c1e-1111-4222-8333-944455556666', display_name: 'Otto Lindqvist' };
const EVENT = { issue_event_type: null, changes: [], actor: null, unread_fields: [] };
const NO_SNAPSHOT = { snapshot: null, deletion: null };

const change = (field: string, ...values: (string | null)[]) => {
  const [field_id = null, from = null, from_string = null, to = null, to_string = null] = values;
  return { field, field_id, from, from_string, to, to_string };
};

describe('a Cloud issue', () => {
  it('created: is read in full, because it carries every field', () => {
    expect(normalizeFixture('cloud-issue-created')).toEqual({
      facts: {
        issue_id: '10417',
        issue_key: 'ORB-41',
        project_key: 'ORB',
        event_type: 'jira:issue_created',
        issue_event_type: 'issue_created',
        changes: [
          change('description', 'description', null, null, null, 'Rows become notes.\n\n*Order* is kept.'),
          change('priority', 'priority', null, null, '2', 'High'),
          change('reporter', 'reporter', null, null, '5e0000000000000000000001', 'Ines Vargas'),
          change('Status', 'status', null, null, '10001', 'To Do'),
          change('summary', 'summary', null, null, null, 'Import release notes from a spreadsheet'),
        ],
        actor: INES,
        occurred_ms: 1_792_425_611_204,
        unread_fields: [],
        issue_type: 'Story',
        priority: 'High',
        labels: ['import', 'notes'],
      },
      snapshot: {
        issue_id: '10417',
        updated_ms: 1_792_425_610_911,
        timestamp_ms: 1_792_425_611_204,
        fields: {
          issue_key: 'ORB-41',
          project_key: 'ORB',
          issue_type: 'Story',
          issue_level: 'standard',
          summary: 'Import release notes from a spreadsheet',
          description: 'Rows become notes.\n\n*Order* is kept.',
          status: 'To Do',
          status_category: 'new',
          priority: 'High',
          resolution: null,
          assignee: null,
          reporter: INES,
          labels: ['import', 'notes'],
          components: ['Importer'],
          fix_versions: [],
          affected_versions: [],
          parent_key: null,
          sprint: null,
          links: [],
          subtasks: [],
          due_date: null,
          created_at: '2026-10-19T16:00:10.911Z',
          updated_at: '2026-10-19T16:00:10.911Z',
          phoenix_updated_at: '2026-10-19T09:00:10.911-07:00',
          custom_fields: {
            customfield_10022: '0|i000ab:',
            customfield_10000: '{}',
            customfield_10018: {
              hasEpicLinkFieldDependency: false,
              showField: false,
              nonEditableReason: { reason: 'PLUGIN_LICENSE_ERROR', message: 'Not licensed.' },
            },
            customfield_10024: [],
          },
          truncated: [],
        },
      },
      deletion: null,
      keys: ['ORB-41'],
    });
  });

  it('updated: shows ADF as text, the active sprint, links in both directions, because all of it is known', () => {
    const { facts, snapshot } = normalizeFixture('cloud-issue-updated');
    expect(facts.unread_fields).toEqual([]);
    expect(facts.actor).toEqual(OTTO);
    expect(facts.changes[1]).toEqual(change('Fix Version', 'fixVersions', null, null, '10201', '2.0.0'));
    expect(snapshot?.fields).toMatchObject({
      issue_type: 'Story',
      issue_level: 'standard',
      description: 'Goal\nAsk @Otto Lindqvist before 2026-10-28.\nfirst\nsecond',
      status: 'In Progress',
      status_category: 'indeterminate',
      assignee: OTTO,
      labels: ['import', 'notes', '"quoted'],
      components: ['Importer', 'Parser'],
      fix_versions: ['1.4.0', '2.0.0'],
      affected_versions: ['1.3.0'],
      parent_key: 'ORB-7',
      sprint: { id: '8', name: 'Orbit Sprint 8', state: 'active' },
      links: [
        { type: 'Blocks', direction: 'outward', issue_key: 'ORB-42' },
        { type: 'Relates', direction: 'inward', issue_key: 'NOVA-3' },
      ],
      subtasks: ['ORB-43', 'ORB-44'],
      due_date: '2026-11-02',
      updated_at: '2026-10-20T16:00:03.552Z',
      phoenix_updated_at: '2026-10-20T09:00:03.552-07:00',
    });
    expect(snapshot?.fields.custom_fields.customfield_10040).toEqual({
      self: 'https://orbit-demo.example.com/rest/api/2/user?accountId=5e0000000000000000000001',
      accountId: '5e0000000000000000000001',
      displayName: 'Ines Vargas',
      active: true,
      timeZone: 'America/Phoenix',
      accountType: 'atlassian',
    });
  });

  it('moved: has both keys under the same id, because the Key item of the changelog names the old one', () => {
    const { facts, snapshot, keys } = normalizeFixture('cloud-issue-moved');
    expect(keys).toEqual(['NOVA-12', 'ORB-41']);
    expect(facts).toMatchObject({ issue_id: '10417', issue_key: 'NOVA-12', project_key: 'NOVA' });
    expect(facts.changes[1]).toEqual(change('Key', null, null, 'ORB-41', null, 'NOVA-12'));
    expect(snapshot?.fields).toMatchObject({ issue_key: 'NOVA-12', project_key: 'NOVA', description: '' });
  });

  it('deleted: is a full issue and a deletion at once, because Cloud sends the fields once more', () => {
    const { facts, snapshot, deletion } = normalizeFixture('cloud-issue-deleted');
    expect(deletion).toEqual({ issue_id: '10417', deleted_ms: 1_792_684_853_020 });
    expect(snapshot).toMatchObject({ updated_ms: 1_792_684_800_000, timestamp_ms: 1_792_684_853_020 });
    expect(snapshot?.fields).toMatchObject({ issue_level: 'subtask', parent_key: 'ORB-7' });
    expect(facts).toMatchObject({ issue_event_type: null, changes: [] });
  });
});

describe('a Cloud comment', () => {
  const comment = {
    issue_id: '10417',
    issue_key: 'ORB-41',
    project_key: 'ORB',
    issue_type: 'Story',
    priority: 'High',
  };

  it('created: is an event of its issue and no snapshot, because the issue is partial', () => {
    expect(normalizeFixture('cloud-comment-created')).toEqual({
      ...NO_SNAPSHOT,
      facts: {
        ...EVENT,
        ...comment,
        event_type: 'comment_created',
        actor: OTTO,
        occurred_ms: 1_792_515_600_123,
      },
      keys: ['ORB-41'],
    });
  });

  it('deleted: has no actor, because Cloud does not say who deleted it', () => {
    expect(normalizeFixture('cloud-comment-deleted')).toEqual({
      ...NO_SNAPSHOT,
      facts: { ...EVENT, ...comment, event_type: 'comment_deleted', occurred_ms: 1_792_515_900_456 },
      keys: ['ORB-41'],
    });
  });
});

describe('a server', () => {
  it("reports a comment without its issue: the id is in the comment's address, because nothing else has it", () => {
    expect(normalizeFixture('server-comment-created')).toEqual({
      ...NO_SNAPSHOT,
      facts: {
        ...EVENT,
        issue_id: '20033',
        issue_key: null,
        project_key: null,
        event_type: 'comment_created',
        actor: { id: PETE, display_name: PETE },
        occurred_ms: 1_792_497_896_790,
      },
      keys: [],
    });
  });

  it('reports the same comment as an update: full, and with addresses hashed, because they are private', () => {
    const { facts, snapshot } = normalizeFixture('server-issue-updated-commented');
    expect(facts).toMatchObject({ issue_id: '20033', changes: [], actor: { id: PETE }, unread_fields: [] });
    expect(snapshot?.fields).toMatchObject({
      resolution: 'Done',
      status_category: 'done',
      assignee: { id: PETE, display_name: PETE },
      reporter: { id: 'JIRAUSER10201', display_name: 'Ruth Abara' },
      sprint: { id: '12', name: 'Bridge 12, final [maybe]', state: 'ACTIVE' },
    });
    expect(snapshot?.fields.custom_fields).toMatchObject({
      customfield_10201: 'BRIDGE-1',
      customfield_10300: '{summaryBean=com.example.plugin.SummaryBean@608bf326[count=0]}',
      customfield_10401: `${PETE}(${PETE})`,
      customfield_10400: [
        { name: 'ruth', key: 'JIRAUSER10201', displayName: 'Ruth Abara' },
        {
          self: 'http://jira.example.com:8080/jira/rest/api/2/user',
          name: PETE,
          key: PETE,
          displayName: PETE,
        },
      ],
    });
  });
});

describe('an event without an issue object', () => {
  it.each([
    ['issuelink-created', 'issuelink_created', '10417', null, 1_792_512_100_000],
    ['worklog-created', 'worklog_created', '10417', null, 1_792_519_200_000, null, OTTO],
    ['sprint-started', 'sprint_started', null, null, 1_792_425_600_000, { kind: 'sprint', id: '8' }],
    [
      'version-released',
      'jira:version_released',
      null,
      null,
      1_793_030_400_000,
      { kind: 'version', id: '10200' },
    ],
    ['project-created', 'project_created', null, 'QUAY', 1_792_400_000_000, { kind: 'project', id: '10009' }],
  ])('%s: is recorded with what it names and nothing more, because the rest is unknown', (...row) => {
    const [name, event_type, issue_id, project_key, occurred_ms, subject, actor = null] = row;
    const subjects = subject && { subjects: [subject] };
    expect(normalizeFixture(name)).toEqual({
      ...NO_SNAPSHOT,
      facts: {
        ...EVENT,
        event_type,
        issue_id,
        issue_key: null,
        project_key,
        occurred_ms,
        actor,
        ...subjects,
      },
      keys: [],
    });
  });
});
