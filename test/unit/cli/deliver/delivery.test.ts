import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addHeader, deliveryHeaders, readIdentifier } from '../../../../src/cli/deliver/delivery.ts';
import { signatureOf } from '../../../../src/cli/shared/exchange.ts';
import { anyText } from '../../../support/any-text.ts';

const BODY = Buffer.from('Hello World!');
const SECRET = "It's a Secret to Everybody";
const SIGNATURE = 'sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9';

describe('the signature', () => {
  it("is Atlassian's published one for their secret and body, because Jira makes it so", () => {
    expect(signatureOf(SECRET, BODY)).toBe(SIGNATURE);
  });
});

describe('a header on the command line', () => {
  it('keeps colons of its value, because only the first one ends the name', () => {
    expect(addHeader('X-Trace: a:b: c')).toEqual({ 'x-trace': 'a:b: c' });
  });

  it('may be empty, because an empty signature is worth trying', () => {
    expect(addHeader('X-Hub-Signature:')).toEqual({ 'x-hub-signature': '' });
  });

  it('wins over an earlier one in any case, because the later is what was meant', () => {
    expect(addHeader('x-a: 2', addHeader('X-B: 3', addHeader('X-A: 1')))).toEqual({ 'x-a': '2', 'x-b': '3' });
  });

  it.each(['no colon', ': value', 'two words: x', 'X-A: line\nbreak', 'X-A: \u0416'])(
    'refuses %j, because no header looks like this',
    (text) => {
      expect(() => addHeader(text)).toThrow(/must have the form|not allowed in a header/);
    },
  );

  it('refuses an identifier that no header can hold, because sending it would fail later', () => {
    expect(() => readIdentifier('a\r\nb')).toThrow('not allowed in a header');
    expect(readIdentifier('abc-1')).toBe('abc-1');
  });

  it('either is a header or is refused in words, because anything can be typed', () => {
    fc.assert(
      fc.property(anyText(), (text) => {
        try {
          return Object.keys(addHeader(text)).length === 1;
        } catch (fault) {
          return fault instanceof Error && 'code' in fault && fault.code === 'commander.invalidArgument';
        }
      }),
    );
  });
});

describe('the headers of a delivery', () => {
  it("are Jira's, with the signature of the body", () => {
    expect(deliveryHeaders(BODY, SECRET, 'id-1', {})).toEqual({
      'content-type': 'application/json; charset=UTF-8',
      'user-agent': 'jira-webhook-sync-deliver',
      'x-hub-signature': SIGNATURE,
      'x-atlassian-webhook-identifier': 'id-1',
      'content-length': '12',
    });
  });

  it('have no identifier of their own, because Data Center sends none', () => {
    expect(deliveryHeaders(BODY, SECRET, undefined, {})).not.toHaveProperty('x-atlassian-webhook-identifier');
  });

  it('let given ones win, because that is how a wrong signature is tried', () => {
    const headers = deliveryHeaders(BODY, SECRET, 'id-1', {
      'x-hub-signature': 'x',
      'content-type': 'text/plain',
    });
    expect(headers).toMatchObject({ 'x-hub-signature': 'x', 'content-type': 'text/plain' });
  });
});
