import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseQuietHours, quietExpression } from '../../../lib/quiet-hours.ts';

/** What CloudWatch makes of the expression for a period that begins then; its HOUR and MINUTE read UTC. */
const evaluate = (expression: string, begin: Date): number => {
  const script = expression
    .replaceAll('HOUR(clock)', String(begin.getUTCHours()))
    .replaceAll('MINUTE(clock)', String(begin.getUTCMinutes()))
    .replaceAll(' AND ', ' && ')
    .replaceAll(' OR ', ' || ')
    .replace(/^IF\((.*), 0, 1\)$/, '($1) ? 0 : 1');
  expect(script).toMatch(/^[\d\s()*+<>=?:&|]+$/);
  return Number(new Function(`return ${script}`)());
};

/** The hour that begins then, as the clock on a wall in Phoenix shows it. */
const phoenix = (day: string, time: string): Date => new Date(`${day}T${time}:00-07:00`);

const quietAt = (text: string, time: string, day = '2026-07-01'): number => {
  const quiet = parseQuietHours(text);
  if (!quiet) throw new Error('no quiet hours');
  return evaluate(quietExpression(quiet, 'clock'), phoenix(day, time));
};

describe('quiet hours', () => {
  it.each([
    ['05:59', 1],
    ['06:00', 0],
    ['12:00', 0],
    ['19:00', 0],
    ['19:01', 1],
    ['20:00', 1],
    ['00:00', 1],
    ['03:00', 1],
  ])('from 20:00 to 06:00 touch the hour from %s: %i', (time, quiet) => {
    expect(quietAt('20:00-06:00', time)).toBe(quiet);
  });

  it('are the same in winter, because Phoenix keeps no daylight saving time', () => {
    expect(quietAt('20:00-06:00', '06:00', '2026-01-15')).toBe(0);
    expect(quietAt('20:00-06:00', '05:59', '2026-01-15')).toBe(1);
  });

  it('may lie within a day', () => {
    expect(['11:00', '11:01', '12:30', '13:59', '14:00'].map((time) => quietAt('12:00-14:00', time))).toEqual(
      [0, 1, 1, 1, 0],
    );
  });

  it('are touched by an hour exactly when one of its minutes lies in them, whatever they are', () => {
    const minute = fc.integer({ min: 0, max: 1439 });
    const text = (at: number) =>
      `${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}`;
    fc.assert(
      fc.property(minute, minute, minute, (from, to, begin) => {
        const quiet = parseQuietHours(`${text(from)}-${text(to)}`);
        fc.pre(quiet !== null);
        const isQuiet = (at: number) => (from <= to ? at >= from && at < to : at >= from || at < to);
        const touched = Array.from({ length: 60 }, (_, index) => (begin + index) % 1440).some(isQuiet);
        expect(quietAt(`${text(from)}-${text(to)}`, text(begin))).toBe(touched ? 1 : 0);
      }),
    );
  });

  it.each(['', '20:00', '20:00-6:00', '24:00-06:00', '20:60-06:00', '20:00-20:00', '20:00-18:30'])(
    'are not %j',
    (text) => {
      expect(parseQuietHours(text)).toBeNull();
    },
  );

  it('leave two hours at least, because in less there is no silent hour to see', () => {
    expect(parseQuietHours('20:00-18:00')).toEqual({ from: 1200, to: 1080 });
    expect(parseQuietHours('20:00-18:01')).toBeNull();
  });
});
