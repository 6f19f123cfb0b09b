import { describe, expect, it } from 'vitest';
import { isAddress } from '../../../../src/domain/address.ts';
import type { Json } from '../../../../src/domain/json.ts';
import { PETE, readFieldsOf } from './support.ts';

const assignee = (user: Json) => {
  const { assignee, unread } = readFieldsOf({ assignee: user });
  return { assignee, unread };
};

describe('a person', () => {
  it.each([
    ['accountId', { accountId: 'a', key: 'k', name: 'n', displayName: 'Ann' }, 'a'],
    ['key', { key: 'k', name: 'n', displayName: 'Ann' }, 'k'],
    ['name', { name: 'n', displayName: 'Ann' }, 'n'],
    ['key, when accountId is null', { accountId: null, key: 'k', displayName: 'Ann' }, 'k'],
    ['name, when key is empty', { accountId: '', key: '', name: 'n', displayName: 'Ann' }, 'n'],
    [
      'nothing, when only a name to show is known',
      { displayName: 'Ann', active: true, timeZone: 'GMT' },
      null,
    ],
  ])('is identified by %s, because servers have no accountId and Cloud nothing else', (_, user, id) => {
    expect(assignee(user)).toEqual({ assignee: { id, display_name: 'Ann' }, unread: [] });
  });

  it('may have an id and a name of 255 characters, because Jira does not allow more', () => {
    const longest = 'x'.repeat(255);
    expect(assignee({ accountId: longest, displayName: longest })).toEqual({
      assignee: { id: longest, display_name: longest },
      unread: [],
    });
  });

  it('may have no display name, because an id is enough', () => {
    expect(assignee({ accountId: 'a' })).toEqual({ assignee: { id: 'a', display_name: null }, unread: [] });
  });

  it.each(['pete', 7, true, [], {}, { active: true }, { accountId: 5 }, { accountId: 'x'.repeat(256) }])(
    'is null and listed for %j, because it names nobody',
    (user) => {
      expect(assignee(user)).toEqual({ assignee: null, unread: ['fields.assignee'] });
    },
  );

  it.each([5, 'x'.repeat(256), ['Ann']])(
    'is kept without a display name in an odd shape, and listed',
    (displayName) => {
      expect(assignee({ accountId: 'a', displayName })).toEqual({
        assignee: { id: 'a', display_name: null },
        unread: ['fields.assignee'],
      });
    },
  );

  it('has its address hashed as id and as display name, because sites use addresses as user names', () => {
    const user = {
      name: 'pete@example.com',
      emailAddress: 'pete@example.com',
      displayName: 'pete@example.com',
    };
    expect(assignee(user).assignee).toEqual({ id: PETE, display_name: PETE });
  });
});

describe('an address', () => {
  it.each(['pete@example.com', 'a+b@x.y.example.com', 'x@localhost', 'ü@bücher.example', '"?"@example.com'])(
    'is %s, because mail could go there',
    (text) => {
      expect(isAddress(text)).toBe(true);
    },
  );

  it.each([
    '',
    '@',
    'pete',
    'pete@',
    '@example.com',
    'a b@example.com',
    'a@b@c.example',
    'release@2',
    'pkg@1.2.3',
  ])('is not %j, because something else uses an @ there', (text) => {
    expect(isAddress(text)).toBe(false);
  });

  it('is not looked for in endless text, because no address is that long', () => {
    expect(isAddress(`a@${'b'.repeat(3_000_000)}@`)).toBe(false);
  });
});
