import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVENT_NAMES } from '../../../../src/senders/jira/event-names.ts';
import { anyJson } from '../../../support/any-json.ts';
import { normalizeBody, normalizeFixture } from './support.ts';

const factsOf = (webhookEvent: string, body: object) => normalizeBody({ webhookEvent, ...body }).facts;
const subjectsOf = (webhookEvent: string, body: object) => factsOf(webhookEvent, body).subjects;

describe('what an event says of issues that it does not name', () => {
  it.each([
    ['version-released', { kind: 'version', id: '10200' }],
    ['sprint-started', { kind: 'sprint', id: '8' }],
    ['project-created', { kind: 'project', id: '10009' }],
  ])('is read from %s, because Jira sends nothing for each of its issues', (name, subject) => {
    expect(normalizeFixture(name).facts).toMatchObject({ subjects: [subject], unread_fields: [] });
  });

  it.each(EVENT_NAMES.project)(
    'is the project of %s, because all its issues may answer differently',
    (name) => {
      expect(subjectsOf(name, { project: { id: 7, key: 'A' } })).toEqual([{ kind: 'project', id: '7' }]);
    },
  );

  it('is not said by other events, because they name their issue or none', () => {
    const parts = { version: { id: 1 }, project: { id: 2, key: 'A' }, sprint: { id: 3 }, board: { id: 4 } };
    for (const name of ['board_updated', 'version_updated', 'x', 'jira:issue_updated', 'comment_created'])
      expect(factsOf(name, parts)).not.toHaveProperty('subjects');
    expect(factsOf('sprint_closed', { ...parts, issue: { id: 9 } })).not.toHaveProperty('subjects');
  });

  it('is the name of a version that is gone, because Jira finds nothing by its id', () => {
    const version = { id: '5', name: 'Über #1' };
    expect(subjectsOf('jira:version_deleted', { version })).toEqual([
      { kind: 'version_name', name: 'Über #1' },
    ]);
  });

  it('is also each version that took its issues, once, because they have that one now', () => {
    const body = {
      version: { id: '5', name: '1.0' },
      mergedTo: { id: '6' },
      fixVersionSwappedTo: { id: 6 },
      affectsVersionSwappedTo: { id: '7' },
    };
    const heirs = ['6', '7'].map((id) => ({ kind: 'version', id }));
    const name = { kind: 'version_name', name: '1.0' };
    expect(subjectsOf('jira:version_deleted', body)).toEqual([name, ...heirs]);
    expect(subjectsOf('jira:version_merged', body)).toEqual([name, { kind: 'version', id: '5' }, ...heirs]);
  });

  it.each([
    '5 OR project is not EMPTY',
    '-1',
    '1.5',
    '',
    '1'.repeat(21),
    2 ** 64,
    1.5,
    -1,
    true,
    ['1'],
    { id: '1' },
  ])('is not %j, because what is no id of digits must not get into a search', (id) => {
    expect(factsOf('jira:version_updated', { version: { id } })).not.toHaveProperty('subjects');
    expect(factsOf('sprint_updated', { sprint: { id } }).unread_fields).toEqual(['sprint.id']);
  });

  it('is no name longer than Jira allows, because it is kept with what is asked for', () => {
    const deleted = (name: unknown) => factsOf('jira:version_deleted', { version: { id: '5', name } });
    expect(deleted('v'.repeat(255)).subjects).toHaveLength(1);
    expect(deleted('v'.repeat(256))).toMatchObject({ unread_fields: ['version.name'] });
    expect(deleted('v'.repeat(256))).not.toHaveProperty('subjects');
    expect(deleted('')).not.toHaveProperty('subjects');
  });

  it('is digits or a short name whatever is sent, because it becomes part of a search and of a key', () => {
    const names = [...EVENT_NAMES.version, ...EVENT_NAMES.sprint, ...EVENT_NAMES.project];
    const part = fc.oneof(anyJson, fc.record({ id: anyJson, name: anyJson }));
    const body = fc.record({ version: part, sprint: part, project: part, mergedTo: part });
    fc.assert(
      fc.property(fc.constantFrom(...names), body, (name, parts) => {
        for (const subject of subjectsOf(name, parts) ?? [])
          if ('id' in subject) expect(subject.id).toMatch(/^\d{1,20}$/);
          else expect(subject.name.length).toBeLessThanOrEqual(255);
      }),
    );
  });
});
