import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../../src/domain/json.ts';
import { normalizeBody } from './support.ts';

const ISSUE = { id: '10417', key: 'NOVA-12' };
const move = (from: Json, to: Json): JsonObject => ({ field: 'Key', fromString: from, toString: to });
const keysOf = (items: Json[], issue: JsonObject = ISSUE) =>
  normalizeBody({ webhookEvent: 'jira:issue_updated', issue, changelog: { items } });

describe('the keys of an issue', () => {
  it('are the present one and both sides of a move, because old keys must find the issue for ever', () => {
    expect(keysOf([move('ORB-41', 'NOVA-12')]).keys).toEqual(['NOVA-12', 'ORB-41']);
  });

  it('include moves that are over, because a late delivery knows keys that a newer one does not', () => {
    expect(keysOf([move('A-1', 'B-2'), move('B-2', 'C-3')]).keys).toEqual(['NOVA-12', 'A-1', 'B-2', 'C-3']);
  });

  it.each([
    { field: 'Key', fromString: 'ORB-41' },
    { field: 'Schlüssel', fieldId: 'issuekey', fromString: 'ORB-41' },
    { field: 'Schlüssel', fieldId: 'Key', fromString: 'ORB-41' },
    { field: 'Key', fieldId: '', fromString: 'ORB-41' },
    { field: 'Key', fieldId: null, fromString: 'ORB-41' },
  ])('come from %j, because the item is named in more than one way', (item) => {
    expect(keysOf([item]).keys).toEqual(['NOVA-12', 'ORB-41']);
  });

  it.each([
    { field: 'key', fromString: 'ORB-41' },
    { field: 'Epic Link', fieldId: 'customfield_1', fromString: 'ORB-41' },
    { field: 'Link', fromString: 'ORB-41' },
    { field: 'Key', from: 'ORB-41' },
    { field: 'Key', fieldId: 'customfield_10050', fromString: 'ORB-41' },
    { field: 'Key', fieldtype: 'custom', fromString: 'ORB-41' },
  ])('do not come from %j, because it is another field, of another issue or of ids', (item) => {
    expect(keysOf([item]).keys).toEqual(['NOVA-12']);
  });

  it.each([null, '', ' ', 'A B', 'A#1', 'A/1', 5, ['ORB-41'], 'x'.repeat(256), '\ud800'])(
    'leave out the side %j, because a key outside the limits reaches no index',
    (side) => {
      const { keys, facts } = keysOf([move(side, 'NOVA-12')]);
      expect(keys).toEqual(['NOVA-12']);
      expect(facts.issue_key).toBe('NOVA-12');
      const isThere = side !== null && side !== '';
      expect(facts.unread_fields).toEqual(isThere ? ['changelog.items[0]'] : []);
    },
  );

  it('are never a hash, because nobody would look an issue up by that', () => {
    const { keys, facts } = keysOf([move('a@example.com', 'NOVA-12')]);
    expect(keys).toEqual(['NOVA-12', 'a@example.com']);
    expect(facts.changes[0]?.from_string).toMatch(/^sha256:/);
  });

  it('are at most 50 and the rest is listed, because each costs a write', () => {
    const items = Array.from({ length: 100_000 }, (_, n) => move(`A-${n}`, 'NOVA-12'));
    const { keys, facts } = keysOf(items);
    expect(keys).toHaveLength(50);
    expect(keys[49]).toBe('A-48');
    expect(facts.unread_fields[0]).toBe('changelog.items[49]');
  });

  it('end with the fiftieth, and the item of the next is listed, because it is found nowhere else', () => {
    const { keys, facts } = keysOf(Array.from({ length: 50 }, (_, n) => move(`A-${n}`, 'NOVA-12')));
    expect(keys.slice(-2)).toEqual(['A-47', 'A-48']);
    expect(facts.unread_fields).toEqual(['changelog.items[49]']);
  });

  it('are read without issue.key, because the changelog may be all that names them', () => {
    expect(keysOf([move('A-1', 'B-2')], { id: '10417' }).keys).toEqual(['A-1', 'B-2']);
  });

  it('are none without an issue id, because a key alone says nothing of which issue has it', () => {
    expect(keysOf([move('A-1', 'B-2')], { key: 'B-2' }).keys).toEqual([]);
  });
});
