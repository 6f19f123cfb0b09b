import { describe, expect, it } from 'vitest';
import { readEnv } from '../../../src/contract/env.ts';
import { createQuarantineAlarm } from '../../../src/ingest/report.ts';
import { createLogger } from '../../../src/platform/logger.ts';

const MINUTE = 60_000;

const start = () => {
  const lines: string[] = [];
  const log = createLogger(readEnv({}), { write: (line) => void lines.push(line) });
  const time = { now: 1_000 * MINUTE, steady: 0 };
  const alarm = createQuarantineAlarm(
    () => time.now,
    log,
    () => time.steady,
  );
  const count = (times: number) => Array.from({ length: times }, () => alarm.count());
  return { lines, time, count };
};

describe('the quarantine alarm', () => {
  it('stays quiet at 100 within an hour, because some bad bodies are normal', () => {
    const { lines, count } = start();
    count(100);
    expect(lines).toEqual([]);
  });

  it('logs one line at the 101st, because then the parser is probably wrong', () => {
    const { lines, count } = start();
    count(500);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 50, alarm: 'quarantine-rate' });
  });

  it('forgets what is older than an hour, because a slow trickle is no alarm', () => {
    const { lines, time, count } = start();
    count(100);
    time.now += 61 * MINUTE;
    count(100);
    expect(lines).toEqual([]);
  });

  it('alarms again an hour later, because the first line may be long gone', () => {
    const { lines, time, count } = start();
    count(101);
    time.now += 61 * MINUTE;
    count(101);
    expect(lines).toHaveLength(2);
  });

  it('alarms again although the clock was set back, because the last line is as old as before', () => {
    const { lines, time, count } = start();
    count(101);
    time.now -= 180 * MINUTE;
    time.steady += 61 * MINUTE;
    count(101);
    expect(lines).toHaveLength(2);
  });

  it('forgets what came before a clock was set back, because it would count for hours', () => {
    const { lines, time, count } = start();
    count(100);
    time.now -= 30 * MINUTE;
    time.steady += 61 * MINUTE;
    count(100);
    expect(lines).toEqual([]);
  });

  it('counts by the clock that goes on when the other one stands still, because an hour is an hour', () => {
    const { lines, time, count } = start();
    count(100);
    time.steady += 61 * MINUTE;
    count(100);
    expect(lines).toEqual([]);
  });
});
