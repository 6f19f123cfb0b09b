import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRetryAfter } from '../../../../src/send/target/answer.ts';

const NOW = Date.UTC(2026, 10, 30, 8, 49, 0);

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['120', 120_000],
    [' 7 ', 7_000],
    ['Mon, 30 Nov 2026 08:49:37 GMT', 37_000],
    ['Monday, 30-Nov-26 08:49:37 GMT', 37_000],
    ['Mon Nov 30 08:49:37 2026', 37_000],
    ['Tue Dec  1 08:49:00 2026', 86_400_000],
    ['Sun, 29 Nov 2026 00:00:00 GMT', 0],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 0],
  ])('%j asks to wait %i ms', (text, ms) => {
    expect(readRetryAfter(text, NOW)).toBe(ms);
  });

  it.each([
    ...[
      '',
      '-1',
      '1.5',
      '1e3',
      'soon',
      '0x10',
      '12 34',
      '2026-11-30T08:49:37Z',
      'Mon, 30 Nov 2026 08:49:37 PST',
    ],
    ...[
      'Mon, 31 Nov 2026 08:49:37 GMT',
      'Mon, 30 Foo 2026 08:49:37 GMT',
      'Mon, 30 Nov 2026 24:00:00 GMT',
      '1, 2',
    ],
  ])('%j asks for nothing, because it is no form of HTTP', (text) => {
    expect(readRetryAfter(text, NOW)).toBeNull();
  });

  it('is missing more often than not', () => {
    expect(readRetryAfter(undefined, NOW)).toBeNull();
  });

  it('is the instant it names, in any zone of this machine and any century', () => {
    const drawn = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) / 1_000 });
    fc.assert(
      fc.property(drawn, (seconds) => {
        const ms = seconds * 1_000;
        expect(readRetryAfter(new Date(ms).toUTCString(), NOW)).toBe(Math.max(0, ms - NOW));
      }),
    );
  });
});
