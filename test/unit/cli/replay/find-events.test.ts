import { describe, expect, it } from 'vitest';
import { daysHolding } from '../../../../src/cli/replay/find-events.ts';

const NOW = Date.parse('2026-03-02T06:59:59.999Z');

describe('the days that can hold an event', () => {
  it('are those in Phoenix, oldest first, today included', () => {
    expect(daysHolding('applied', 2, NOW)).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
  });

  it('are three times as many for quarantined ones, because they live that long', () => {
    const days = daysHolding('quarantined', 30, NOW);
    expect([days.length, days[0], days.at(-1)]).toEqual([91, '2025-12-01', '2026-03-01']);
  });
});
