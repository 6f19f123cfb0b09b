import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Breaker, CLOSED } from '../../../../src/domain/breaker.ts';
import { DAY_MS, MINUTE_MS } from '../../../../src/domain/instant.ts';
import {
  type AttemptResult,
  afterAttempt,
  mayBegin,
  OPENS_AFTER,
  resumed,
} from '../../../../src/send/rules/breaker.ts';

const NOW = Date.UTC(2026, 10, 22, 19);
const PLAIN = { result: 'failed', is_probe: false } as const;
const PROBE = { result: 'failed', is_probe: true } as const;

const following = (
  breaker: Breaker,
  results: { result: AttemptResult; is_probe: boolean }[],
  concurrency = 10,
): Breaker => results.reduce((one, result) => afterAttempt(one, result, concurrency, NOW), breaker);

const opened = (): Breaker => following(CLOSED, Array(OPENS_AFTER).fill(PLAIN));

describe('a breaker', () => {
  it('is probed at once where a clock far ahead opened it, because that clock would keep it open', () => {
    const breaker = opened();
    expect(mayBegin(breaker, 0, 10, NOW - DAY_MS)).toBe(1);
    expect(mayBegin(breaker, 0, 10, NOW - 5 * MINUTE_MS)).toBe(0);
  });

  it('opens with the fifth failure in a row and not before, because single ones happen', () => {
    expect(following(CLOSED, Array(4).fill(PLAIN))).toMatchObject({ status: 'active', failed_in_a_row: 4 });
    expect(opened()).toEqual({
      status: 'open',
      failed_in_a_row: 5,
      opened_ms: NOW,
      next_probe_ms: NOW + MINUTE_MS,
      probes: 0,
      width: null,
    });
  });

  it('counts anew after a success, because a row of failures has ended', () => {
    const failed = Array(4).fill(PLAIN);
    const ok = { result: 'ok', is_probe: false } as const;
    expect(following(CLOSED, [...failed, ok, ...failed])).toMatchObject({
      status: 'active',
      failed_in_a_row: 4,
    });
  });

  it('probes after 1, 2, 4, 8, 16 and then 30 minutes, and gives up when that went on for a day', () => {
    let breaker = opened();
    const pauses: number[] = [];
    let now = NOW;
    while (breaker.status === 'open') {
      const due = breaker.next_probe_ms ?? 0;
      expect(mayBegin(breaker, 0, 10, due - 1)).toBe(0);
      expect(mayBegin(breaker, 0, 10, due)).toBe(1);
      expect(mayBegin(breaker, 1, 10, due)).toBe(0);
      pauses.push((due - now) / MINUTE_MS);
      now = due;
      breaker = afterAttempt(breaker, PROBE, 10, now);
    }
    expect(pauses.slice(0, 8)).toEqual([1, 2, 4, 8, 16, 30, 30, 30]);
    expect(pauses.slice(5).every((pause) => pause === 30)).toBe(true);
    expect(now - NOW).toBeGreaterThanOrEqual(DAY_MS);
    expect(now - NOW).toBeLessThan(DAY_MS + 31 * MINUTE_MS);
    expect(breaker).toMatchObject({ status: 'disabled', next_probe_ms: null });
    expect(mayBegin(breaker, 0, 10, now + 365 * DAY_MS)).toBe(0);
  });

  it('comes back with one at a time and doubles with each success, because what was down is easily down again', () => {
    const ok = { result: 'ok', is_probe: false } as const;
    let breaker = afterAttempt(opened(), { result: 'ok', is_probe: true }, 10, NOW);
    const widths = [breaker.width];
    for (let n = 0; n < 5; n += 1) {
      breaker = afterAttempt(breaker, ok, 10, NOW);
      widths.push(breaker.width);
    }
    expect(widths).toEqual([1, 2, 4, 8, null, null]);
    expect(breaker).toEqual(CLOSED);
  });

  it('takes a failure that was under way when it opened for nothing new', () => {
    expect(afterAttempt(opened(), PLAIN, 10, NOW + 1)).toEqual(opened());
  });

  it('stays paused or deleted whatever fails, because people said so', () => {
    const paused: Breaker = { ...CLOSED, status: 'paused' };
    expect(following(paused, Array(9).fill(PLAIN))).toMatchObject({ status: 'paused', next_probe_ms: null });
    const deleted: Breaker = { ...CLOSED, status: 'deleted' };
    expect(following(deleted, [PLAIN, { result: 'ok', is_probe: false }])).toEqual(deleted);
    expect(mayBegin(paused, 0, 10, NOW)).toBe(0);
    expect(mayBegin(deleted, 0, 10, NOW)).toBe(0);
  });

  it('is disabled by one 410, and whole again once resumed', () => {
    const gone = { result: 'gone', is_probe: false } as const;
    expect(following(CLOSED, [gone])).toMatchObject({ status: 'disabled' });
    expect(following(opened(), [{ result: 'gone', is_probe: true }])).toMatchObject({ status: 'disabled' });
    expect(resumed()).toEqual(CLOSED);
  });

  it('keeps its promises in any order of what happens', () => {
    const result = fc.constantFrom<AttemptResult>('ok', 'failed', 'failed', 'failed', 'gone');
    const happening = fc.record({ result, passes_ms: fc.integer({ min: 0, max: 40 * MINUTE_MS }) });
    const concurrency = fc.integer({ min: 1, max: 50 });
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 300 }), concurrency, (happenings, width) => {
        let breaker = CLOSED;
        let now = NOW;
        for (const { result, passes_ms } of happenings) {
          now += passes_ms;
          const room = mayBegin(breaker, 0, width, now);
          expect(room).toBeLessThanOrEqual(width);
          expect(mayBegin(breaker, room, width, now)).toBe(0);
          if (breaker.status === 'open') {
            expect(room).toBe(now >= (breaker.next_probe_ms ?? 0) ? 1 : 0);
            expect((breaker.next_probe_ms ?? 0) - now).toBeLessThanOrEqual(30 * MINUTE_MS);
          }
          if (room === 0) continue;
          breaker = afterAttempt(breaker, { result, is_probe: breaker.status === 'open' }, width, now);
          if (breaker.status === 'active') expect(breaker.failed_in_a_row).toBeLessThan(OPENS_AFTER);
          if (breaker.status === 'active') expect(mayBegin(breaker, 0, width, now)).toBeGreaterThan(0);
        }
      }),
    );
  });
});
