import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keptQuery, tokenIn, withoutToken } from '../../../../src/ingest/connections/query.ts';

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
});
