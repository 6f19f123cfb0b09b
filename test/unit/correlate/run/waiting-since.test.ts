import { describe, expect, it } from 'vitest';
import { waitingSince } from '../../../../src/correlate/run/waiting-events.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 29, 12);

describe('the time since when events may wait', () => {
  it('is 75 minutes before the mark, because clocks of receivers differ', () => {
    const mark = { swept_ms: NOW - 15 * MINUTE, lowered_ms: null };
    expect(waitingSince(mark, NOW, 30)).toBe(NOW - 90 * MINUTE);
  });

  it('is before now although the mark is ahead of it, because the clock was set back since', () => {
    const mark = { swept_ms: NOW + 300 * MINUTE, lowered_ms: null };
    expect(waitingSince(mark, NOW, 30)).toBe(NOW - 75 * MINUTE);
  });
});
