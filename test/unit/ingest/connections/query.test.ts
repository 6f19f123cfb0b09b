import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventTypeIn, keptQuery, tokenIn, withoutToken } from '../../../../src/ingest/connections/query.ts';

describe('the query of a delivery', () => {
  it.each([
    ['', ''],
    ['token=s', ''],
    ['token=s&event_type=a', 'event_type=a'],
    ['event_type=a&token=s', 'event_type=a'],
    ['event_type=a&token=s&delivery=1', 'event_type=a&delivery=1'],
    ['%74oken=s&x=1', 'x=1'],
    ['token&x=1', 'x=1'],
    ['token=a&token=b&x=token', 'x=token'],
    ['TOKEN=s', 'TOKEN=s'],
    ['tokens=1&b=%2', 'tokens=1&b=%2'],
  ])('%s is kept as %j', (query, kept) => {
    expect(withoutToken(query)).toBe(kept);
  });

  it('never keeps a token, however it is written', () => {
    const name = fc.constantFrom('token', '%74oken', 'tok%65n', 'x', 'event_type', '');
    const part = fc.tuple(name, fc.webQueryParameters()).map(([key, value]) => `${key}=${value}`);
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const query = parts.join('&');
        expect(new URLSearchParams(withoutToken(query)).has('token')).toBe(false);
        expect(withoutToken(withoutToken(query))).toBe(withoutToken(query));
      }),
    );
  });

  it('has one token or none, because nobody can tell which of two is meant', () => {
    expect(tokenIn('a=1').size).toBe(0);
    expect(tokenIn('a=1&%74oken=s').get('token')).toBe('s');
    expect(tokenIn('token=s&token=s').get('token')).toBe('s,s');
  });

  it('is cut where it is kept, because nobody signed it', () => {
    expect(keptQuery(`a=${'x'.repeat(5_000)}`)).toHaveLength(2_000);
  });

  it.each([
    ['event_type=a&event_type=b', 'b'],
    ['event_type=b&x=1', 'b'],
    ['event_type=a&%65vent_type=b%20c', 'b c'],
    ['event_type=a&event_type=', ''],
    ['x=1', null],
  ])('of two event types counts the last: %s', (query, type) => {
    expect(eventTypeIn(query)).toBe(type);
  });

  it('keeps what names the event, however long the rest, because a replay reads only what is kept', () => {
    const name = fc.constantFrom('event_type', '%65vent_type', 'x', 'delivery');
    const value = fc.string({ unit: fc.constantFrom('a', 'B', ':', '%20', '%', '+', '='), maxLength: 60 });
    const filler = fc.nat(3_000).map((length) => `x=${'y'.repeat(length)}`);
    const part = fc.oneof(
      fc.tuple(name, value).map(([key, text]) => `${key}=${text}`),
      filler,
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const query = parts.join('&');
        expect(keptQuery(query).length).toBeLessThanOrEqual(2_000);
        expect(eventTypeIn(keptQuery(query))).toBe(eventTypeIn(query));
        expect(keptQuery(keptQuery(query))).toBe(keptQuery(query));
      }),
    );
  });
});
