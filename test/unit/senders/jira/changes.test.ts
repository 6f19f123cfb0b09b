import { describe, expect, it } from 'vitest';
import type { Json } from '../../../../src/domain/json.ts';
import { normalizeBody, normalizeText, PETE } from './support.ts';

const changesOf = (changelog: Json) => {
  const { changes, unread_fields } = normalizeBody({ webhookEvent: 'x', changelog }).facts;
  return { changes, unread: unread_fields };
};
const NOTHING = { field: null, field_id: null, from: null, from_string: null, to: null, to_string: null };

describe('the changes', () => {
  it('are read in order with every property, because several fields change at once', () => {
    const items = [
      { field: 'A', fieldtype: 'jira', fieldId: 'a', from: '1', fromString: 'one', to: '2', toString: 'two' },
      { field: 'B', fieldtype: 'custom', from: null, fromString: '', to: null, toString: 'x' },
    ];
    expect(changesOf({ id: '1', items })).toEqual({
      changes: [
        { field: 'A', field_id: 'a', from: '1', from_string: 'one', to: '2', to_string: 'two' },
        { ...NOTHING, field: 'B', from_string: '', to_string: 'x' },
      ],
      unread: [],
    });
  });

  it('turn numbers into text, because ids come as both', () => {
    expect(changesOf({ items: [{ from: 10, to: 1.5 }] }).changes).toEqual([
      { ...NOTHING, from: '10', to: '1.5' },
    ]);
  });

  it('list a number beyond all numbers, because Infinity was never sent', () => {
    const { facts } = normalizeText('{"webhookEvent":"x","changelog":{"items":[{"from":1e400,"to":1e308}]}}');
    expect(facts.changes).toEqual([{ ...NOTHING, to: '1e+308' }]);
    expect(facts.unread_fields).toEqual(['changelog.items[0]']);
  });

  it('hash what is an address as a whole and nothing else, because texts belong to whoever wrote them', () => {
    const item = {
      field: 'assignee',
      from: 'pete@example.com',
      fromString: 'mail pete@example.com',
      toString: 'pete@example.com',
    };
    expect(changesOf({ items: [item] }).changes).toEqual([
      { ...NOTHING, field: 'assignee', from: PETE, from_string: 'mail pete@example.com', to_string: PETE },
    ]);
  });

  it.each([null, {}, { items: null }, { items: [] }, { histories: null }, { items: [null] }])(
    'are none, and nothing is listed, for the changelog %j, because nothing was there',
    (changelog) => {
      expect(changesOf(changelog)).toEqual({ changes: [], unread: [] });
    },
  );

  it.each([
    ['changelog', 'x'],
    ['changelog', [{ field: 'A' }]],
    ['changelog.items', { items: 'x' }],
    ['changelog.items', { items: { 0: { field: 'A' } } }],
  ])('list %s when it is odd: %j, because changes were lost', (path, changelog) => {
    expect(changesOf(changelog)).toEqual({ changes: [], unread: [path] });
  });

  it('list the items they cannot read, in part or at all, because the others still count', () => {
    const items = [{ field: 'A' }, 'x', { field: 'B', from: { id: 1 }, to: 'b' }, [], { field: true }];
    expect(changesOf({ items })).toEqual({
      changes: [{ ...NOTHING, field: 'A' }, { ...NOTHING, field: 'B', to: 'b' }, NOTHING],
      unread: ['changelog.items[1]', 'changelog.items[3]', 'changelog.items[2]', 'changelog.items[4]'],
    });
  });
});
