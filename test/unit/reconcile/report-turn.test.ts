import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { countTurn, logTurn } from '../../../src/reconcile/give-turn.ts';
import type { LoopReport } from '../../../src/reconcile/loop.ts';
import type { TurnReport } from '../../../src/reconcile/turn.ts';
import { type Counters, countersOf } from '../../../src/store/reconcile/checkpoint.ts';
import { type Counts, summed } from '../../support/app.ts';

const countsOf = (...loops: LoopReport[]): Counts => {
  const counts: Counts = {};
  countTurn(loops, summed(counts));
  return counts;
};

/** `of` is of the whole run, `turn` of this turn alone. */
const updates = (of: Partial<Counters>, complete = true, turn: Partial<Counters> = {}): LoopReport => ({
  name: 'updates',
  complete,
  counters: countersOf(of),
  turn: countersOf(turn),
});

describe('what a turn counts', () => {
  it.each([
    [20, 39, true],
    [20, 40, false],
    [19, 19, false],
    [21, 41, true],
    [500, 5_000, false],
  ])(
    'of %i missed of %i changes that were judged is an alarm: %s, because a few are always lost',
    (missed, judged, alarm) => {
      expect('WebhooksMissing' in countsOf(updates({ missed, judged, seen: 10_000 }))).toBe(alarm);
    },
  );

  it('judges a run when it is complete, because half a run shows half', () => {
    expect(countsOf(updates({ missed: 30, judged: 30 }, false))).toEqual({});
  });

  it('adds up what this turn did and not the whole run, because each turn of a run would count it again', () => {
    const of = { new: 900, missed: 900, differed: 9, judged: 5_000 };
    const turn = { new: 100, repaired: 11, missed: 5, differed: 1 };
    expect(countsOf(updates(of, true, turn))).toEqual({
      IssuesObserved: 111,
      ChangesMissed: 5,
      DriftFound: 1,
      UpdatesComplete: 1,
    });
  });

  it('takes no other loop for the updates, because a census is complete once a day', () => {
    expect(countsOf({ ...updates({ missed: 30, judged: 30 }), name: 'census' })).toEqual({});
  });
});

describe('the line of a turn', () => {
  const lineOf = (report: TurnReport) => {
    const lines: Record<string, unknown>[] = [];
    const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
    logTurn({ log, clock: () => Date.UTC(2026, 10, 20, 19) }, report, false);
    return lines;
  };

  it('asks for a person and says what to do when it failed, because nothing else does', () => {
    const fault = 'Jira rejected the credentials.';
    expect(lineOf({ outcome: 'failed', fault, loops: [] })).toMatchObject([
      { level: 50, alarm: 'reconcile-failed', reason: fault, generated_at: '2026-11-20T12:00:00.000-07:00' },
    ]);
  });

  it('is no alarm while another works or Jira wants to rest, because both end by themselves', () => {
    for (const outcome of ['held', 'waiting'] as const) {
      const [line] = lineOf({ outcome, until_ms: 0, loops: [] });
      expect(line).toMatchObject({ level: 30, outcome });
      expect(line).not.toHaveProperty('alarm');
    }
  });

  it('has what each loop did in this turn', () => {
    const loops = [updates({ seen: 9 }, true, { seen: 4 })];
    expect(lineOf({ outcome: 'done', fault: null, loops })).toMatchObject([
      { outcome: 'done', loops: { updates: { complete: true, seen: 4 } } },
    ]);
  });
});
