import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BadRequestError } from '../../../src/errors/errors.ts';
import { decodeCursor, encodeCursor } from '../../../src/http/cursor.ts';

const position = { pk: 'I#default#1', sk: 'S', occurred_ms: 12 };

describe('a cursor', () => {
  it('gives its position back to the query it came from, because that is all it is for', () => {
    expect(decodeCursor('q', encodeCursor('q', position) ?? undefined)).toEqual(position);
  });

  it('is null on the last page and nothing is the first page, because both ends are ordinary', () => {
    expect(encodeCursor('q', null)).toBeNull();
    expect(decodeCursor('q', undefined)).toBeNull();
  });

  it('is refused by another query, because its position means nothing there', () => {
    const cursor = encodeCursor('issues of ABC', position) ?? '';
    expect(() => decodeCursor('issues of DEF', cursor)).toThrow(BadRequestError);
  });

  it('is refused when anything in it was changed, because it would name a place nobody was at', () => {
    const text = Buffer.from(encodeCursor('q', position) ?? '', 'base64url').toString();
    const changed = Buffer.from(text.replace('I#default#1', 'I#default#2')).toString('base64url');
    expect(() => decodeCursor('q', changed)).toThrow(BadRequestError);
  });

  it('never fails in another way, because anybody can send any text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json().map((text) => Buffer.from(text).toString('base64url')),
        ),
        (text) => {
          expect(() => decodeCursor('q', text)).toThrow(BadRequestError);
        },
      ),
    );
  });
});
