import { describe, expect, it } from 'vitest';
import { daysHolding, readSelection } from '../../../../src/cli/replay/selection.ts';

const ID = `evt_${'a1'.repeat(20)}`;

describe('what is to be replayed', () => {
  it('is an event, a day, a day and an outcome, or an outcome', () => {
    expect(readSelection({ event: ID })).toEqual({ kind: 'event', id: ID });
    expect(readSelection({ date: '2026-02-28' })).toEqual({ kind: 'day', day: '2026-02-28', outcome: null });
    expect(readSelection({ date: '2026-02-28', outcome: 'stale' })).toEqual({
      kind: 'day',
      day: '2026-02-28',
      outcome: 'stale',
    });
    expect(readSelection({ outcome: 'quarantined' })).toEqual({ kind: 'outcome', outcome: 'quarantined' });
  });

  it.each([
    [{}, 'Choose what to replay'],
    [{ date: '2026-02-30' }, 'is not a day such as'],
    [{ date: 'today' }, 'is not a day such as'],
    [{ event: 'DEMO-1' }, 'is not an event id'],
    [{ event: ID, date: '2026-02-28' }, 'leave out'],
    [{ event: ID, outcome: 'stale' as const }, 'leave out'],
  ])('is not said by %j, which is wrong usage', (options, message) => {
    expect(() => readSelection(options)).toThrow(message);
  });
});

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
