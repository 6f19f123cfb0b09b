import { describe, expect, it } from 'vitest';
import { readSelection } from '../../../../src/cli/replay/selection.ts';

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
    [{}, 'Say what to replay'],
    [{ date: '2026-02-30' }, 'no day such as'],
    [{ date: 'today' }, 'no day such as'],
    [{ event: 'DEMO-1' }, 'no event id'],
    [{ event: ID, date: '2026-02-28' }, 'leave out'],
    [{ event: ID, outcome: 'stale' as const }, 'leave out'],
  ])('is not said by %j, which is wrong usage', (options, message) => {
    expect(() => readSelection(options)).toThrow(message);
  });
});
