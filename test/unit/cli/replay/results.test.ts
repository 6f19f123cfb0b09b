import { describe, expect, it } from 'vitest';
import { describeCorrelated, isDone, type Result, summarize } from '../../../../src/cli/replay/results.ts';

const result = (event_id: string, replayed: Result['replayed']): Result => ({ event_id, replayed });

const problem = { type: 'body-not-json', status: 400, detail: 'x', errors: [] } as const;

const ALL: Result[] = [
  result('evt_a', { kind: 'replayed', outcome: 'applied' }),
  result('evt_b', { kind: 'replayed', outcome: 'applied' }),
  result('evt_c', { kind: 'released', outcome: 'stale' }),
  result('evt_d', { kind: 'still-refused', problem: { ...problem, errors: [] } }),
  result('evt_e', { kind: 'not-found' }),
  result('evt_f', { kind: 'body-missing' }),
  result('evt_g', { kind: 'failed', code: 'ECONNREFUSED' }),
];

describe('the summary of a replay', () => {
  it('counts every result and names those that were not taken in', () => {
    expect(summarize(ALL).split('\n')).toEqual([
      'result                    outcome        events',
      'body missing              -              1',
      'event not found           -              1',
      'failed                    ECONNREFUSED   1',
      'released from quarantine  stale          1',
      'replayed                  applied        2',
      'still refused             body-not-json  1',
      '',
      'not replayed  result           reason',
      'evt_d         still refused    body-not-json',
      'evt_e         event not found  -',
      'evt_f         body missing     -',
      'evt_g         failed           ECONNREFUSED',
    ]);
  });

  it('takes only what was taken in as done', () => {
    expect(ALL.filter(isDone).map(({ event_id }) => event_id)).toEqual(['evt_a', 'evt_b', 'evt_c']);
  });
});

describe('what correlating again came to', () => {
  it.each([
    [{ events: 1, failed: 0, documents: [] }, 'correlated 1 event'],
    [{ events: 0, failed: 0, documents: [] }, 'correlated 0 events'],
    [
      { events: 2, failed: 0, documents: ['artifacts/a.json', 'artifacts/b.json'] },
      'correlated 2 events; last run document: artifacts/b.json',
    ],
    [
      { events: 2, failed: 1, documents: [] },
      'correlated 2 events; 1 failed: npm run event -- ID shows the reason',
    ],
  ])('is reported for %j', (correlated, text) => {
    expect(describeCorrelated(correlated)).toBe(text);
  });
});
