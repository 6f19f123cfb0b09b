import { describe, expect, it } from 'vitest';
import type { Json } from '../../../../src/domain/json.ts';
import { withoutPrivateData } from '../../../../src/senders/jira/private-data.ts';
import { deepJson, PETE, readFieldsOf } from './support.ts';

const nested = (levels: number): Json => JSON.parse(deepJson(levels));

describe('private data', () => {
  it('is dropped at any depth, because addresses and pictures identify people', () => {
    const user = { accountId: 'a', emailAddress: 'a@example.com', avatarUrls: { '48x48': 'x' } };
    expect(withoutPrivateData({ one: [{ two: user }], avatarUrls: 1, emailAddress: { x: 1 } })).toEqual({
      one: [{ two: { accountId: 'a' } }],
    });
  });

  it('is dropped unseen, because what goes away need not be readable', () => {
    expect(withoutPrivateData({ avatarUrls: nested(1000), x: 1 })).toEqual({ x: 1 });
  });

  it('includes addresses that are user names, also in the address of a user, because they are the same text', () => {
    const user = {
      self: 'http://jira.example.com/rest/api/2/user?username=pete%40example.com',
      name: 'pete@example.com',
      key: 'pete@example.com',
      displayName: 'pete@example.com',
    };
    expect(withoutPrivateData([user])).toEqual([
      { self: 'http://jira.example.com/rest/api/2/user', name: PETE, key: PETE, displayName: PETE },
    ]);
  });

  it('includes users written as name(key), because Jira turns user fields into such texts', () => {
    expect(withoutPrivateData(['pete@example.com(pete)', 'pete(JIRAUSER1)', 'f(x)', ')', '()'])).toEqual([
      `${PETE}(pete)`,
      'pete(JIRAUSER1)',
      'f(x)',
      ')',
      '()',
    ]);
  });

  it('is no text somebody typed, because a field about contacts would lose its content', () => {
    const contacts = { value: 'pete@example.com', name: 'pete@example.com', id: '1' };
    expect(withoutPrivateData(contacts)).toEqual(contacts);
    expect(withoutPrivateData('pete@example.com')).toBe('pete@example.com');
    const typed = ['ask pete@example.com(pete)', 'pete@example.com(pete) and (x)'];
    expect(withoutPrivateData(typed)).toEqual(typed);
  });

  it('is no other property of a user, because a site may keep there what it likes', () => {
    const user = { accountId: 'a', profile: 'https://example.com/?of=pete@example.com', name: 5, self: 5 };
    expect(withoutPrivateData(user)).toEqual(user);
  });
});

describe('any other value', () => {
  it.each([null, true, 0, -1.5, '', 'text', [], {}, [null, [1]], { a: { b: [null] } }])(
    'is kept as it is: %j, because custom fields are for whoever knows them',
    (value) => {
      expect(withoutPrivateData(value)).toEqual(value);
    },
  );

  it('keeps an own __proto__ as an ordinary key, because assigning it would change the prototype', () => {
    const value: Json = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"a":1},"toString":"x"}');
    const clean = withoutPrivateData(value);
    expect(JSON.stringify(clean)).toBe('{"__proto__":{"polluted":1},"constructor":{"a":1},"toString":"x"}');
    expect(Object.getPrototypeOf(clean)).toBe(Object.prototype);
  });

  it('is not changed in place, because the body belongs to others too', () => {
    const value = { emailAddress: 'a@example.com', list: [{ avatarUrls: 1 }] };
    withoutPrivateData(value);
    expect(value).toEqual({ emailAddress: 'a@example.com', list: [{ avatarUrls: 1 }] });
  });

  it('is unreadable one level below the last, in a list and in an object, because a part is not the whole', () => {
    expect(withoutPrivateData([[1]], 2)).toEqual([[1]]);
    expect(withoutPrivateData([1, [1]], 1)).toBeUndefined();
    expect(withoutPrivateData({ a: { b: 1 } }, 2)).toEqual({ a: { b: 1 } });
    expect(withoutPrivateData({ a: 1, b: { c: 1 } }, 1)).toBeUndefined();
    expect(withoutPrivateData([], 0)).toBeUndefined();
    expect(withoutPrivateData({}, 0)).toBeUndefined();
  });

  it('is unreadable below 100 levels, because writing it as JSON would need recursion', () => {
    expect(withoutPrivateData(nested(100))).toEqual(nested(100));
    expect(withoutPrivateData(nested(101))).toBeUndefined();
    expect(withoutPrivateData(nested(1_000_000))).toBeUndefined();
    expect(withoutPrivateData({ a: nested(100) })).toBeUndefined();
    expect(withoutPrivateData(JSON.parse(`${'{"a":'.repeat(101)}1${'}'.repeat(101)}`))).toBeUndefined();
  });

  it('is unreadable with a number beyond all numbers, because JSON would turn it into null', () => {
    expect(withoutPrivateData(JSON.parse('[1e400]'))).toBeUndefined();
    expect(withoutPrivateData(JSON.parse('1e308'))).toBe(1e308);
  });

  it('costs only its own field and is listed, because the other fields can be read', () => {
    const { custom_fields, unread } = readFieldsOf({ customfield_1: nested(200), customfield_2: 'x' });
    expect(custom_fields).toEqual({ customfield_2: 'x' });
    expect(unread).toEqual(['fields.customfield_1']);
  });
});
