import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dayIndexAt } from '../../../../src/cli/simulate/day-index.ts';
import { hotIssueAt } from '../../../../src/cli/simulate/hot-issue.ts';
import { loadOf, newTally } from '../../../../src/cli/simulate/hottest.ts';
import { CONTENTION, latestAt } from '../../../../src/cli/simulate/latest.ts';
import { limitsAt } from '../../../../src/cli/simulate/limits.ts';
import { placesAt } from '../../../../src/cli/simulate/places.ts';
import { QUOTAS, QUOTAS_READ } from '../../../../src/cli/simulate/quotas.ts';
import { randomOf } from '../../../../src/cli/simulate/random.ts';
import { eachSecond, sampleAt } from '../../../../src/cli/simulate/seconds.ts';
import { streamAt } from '../../../../src/cli/simulate/stream.ts';
import { sweepAt } from '../../../../src/cli/simulate/sweep-load.ts';
import { simulate } from '../../../../src/cli/simulate/tables.ts';
import { DAY_SHARDS } from '../../../../src/contract/table.ts';
import { depth } from '../../../support/depth.ts';
import { page } from '../../../support/markdown.ts';

const PROJECT = join(import.meta.dirname, '../../../..');

/** What the page claims must not hang on one seed. */
const SEEDS = depth([1], [1, 2, 3]);

const dayLoad = (seed: number, rate: number, shards: number): number =>
  dayIndexAt(seed, rate).find((one) => one.shards === shards)?.load.load ?? Number.NaN;

describe.each(SEEDS)('with seed %d, the simulation shows that', (seed) => {
  it('one partition of a day is not enough for 1,000 deliveries a second, because chance goes beyond the mean', () => {
    expect(dayLoad(seed, 1_000, 1)).toBeGreaterThan(1);
  });

  it('eight keep the day index below a quarter of their limit there, bursts of three times included', () => {
    expect(dayLoad(seed, 1_000, DAY_SHARDS)).toBeLessThan(0.25);
    expect(dayLoad(seed, 3_000, DAY_SHARDS)).toBeLessThan(0.75);
  });

  it('sixteen do not carry 100,000 a second either, so that more is no answer', () => {
    expect(dayLoad(seed, 100_000, 16)).toBeGreaterThan(5);
  });

  it('an issue that gets a fifth of 1,000 a second holds, and one that gets half does not', () => {
    const shares = new Map(hotIssueAt(seed, 1_000).map(({ share, rows }) => [share, rows.load]));
    expect(shares.get(0.2)).toBeLessThan(0.75);
    expect(shares.get(0.5)).toBeGreaterThan(0.9);
  });

  it('a hot issue is read within its limit at 1,000 a second, since a batch looks at it once', () => {
    const [, , , half] = hotIssueAt(seed, 1_000);
    expect(half?.reads.load).toBeLessThan(0.5);
  });

  it('no partition is near its limit at 1,000 a second while one issue gets a hundredth', () => {
    const loads = placesAt(seed, 1_000, 0.01).map(({ load }) => load.load);
    expect(Math.max(...loads)).toBeLessThan(0.25);
  });

  it('the lanes of today are full at 1,000 a second, and ten for a shard leave half of them', () => {
    const load = (factor: number): number => {
      const { busiest_hints, lane_capacity } = streamAt(seed, 1_000, factor);
      return busiest_hints / lane_capacity;
    };
    expect(load(4)).toBeGreaterThan(0.75);
    expect(load(10)).toBeLessThan(0.6);
  });

  it('no run gives up at latest.json, however many there are', () => {
    for (const rate of [1, 50, 1_000]) expect(latestAt(seed, rate).given_up).toBe(0);
  });

  it('nothing is near a limit at 10 a second, but what the stack itself lets through', () => {
    const [first, ...others] = limitsAt(seed, 10);
    expect(first?.part).toBe('gateway, throttle of the stack');
    expect(others.filter(({ load }) => load.load > 0.25)).toEqual([]);
  });

  it('nobody finds what is full at 100,000 a second surprising: the page names them', () => {
    const full = limitsAt(seed, 100_000).filter(({ load }) => load.load >= 1);
    const parts = full.map(({ part }) => part);
    expect(parts).toEqual(
      expect.arrayContaining([
        'sweep, its timeout',
        'rows of the table',
        'busiest partition: by_day',
        'gateway, the account',
        'stream, the busiest lane',
        'Lambda, ingest and correlate together',
        'S3, puts of run documents',
        'busiest partition: an issue: fields and links',
      ]),
    );
  });
});

describe('the sweep', () => {
  it('carries some hundred deliveries a second, and not 100,000', () => {
    expect(sweepAt(100).time.load).toBeLessThan(0.2);
    expect(sweepAt(100_000).time.load).toBeGreaterThan(10);
    expect(sweepAt(10).events).toBe(54_000);
  });

  it('is no burden for a partition of the day at any rate, because it reads at its own pace', () => {
    expect(sweepAt(10).day_reads.load).toBeLessThan(0.2);
    expect(sweepAt(100_000).day_reads.load).toBeCloseTo(sweepAt(10).day_reads.load, 9);
  });
});

describe('the report', () => {
  it('is the same for the same seed and another for another one', () => {
    const once = simulate(5, [10, 200]);
    expect(simulate(5, [10, 200])).toEqual(once);
    expect(simulate(6, [10, 200])).not.toEqual(once);
  });

  it('has a line for each rate, the first limit of which is its first', () => {
    const limits = simulate(5, [10, 200]).find(({ name }) => name === 'limits');
    expect(limits?.rows.map(([rate]) => rate)).toEqual(['10/s', '10/s', '10/s', '200/s', '200/s', '200/s']);
  });

  it('knows its tables by names of their own, because the page has a place for each', () => {
    const names = simulate(5, [10]).map(({ name }) => name);
    expect(names).toEqual(['day-index', 'hot-issue', 'partitions', 'stream', 'latest', 'sweep', 'limits']);
  });
});

describe('quotas', () => {
  it('say on the page when they were read, and which page says so', () => {
    expect(page('docs/scale.md')).toContain(`Read on ${QUOTAS_READ} `);
    expect(Object.values(QUOTAS).filter(({ page: title }) => title === '')).toEqual([]);
  });
});

describe('a tally', () => {
  it('remembers the busiest partition of the busiest second', () => {
    const tally = newTally();
    tally.add('a', 2);
    tally.add('b', 3);
    tally.nextSecond();
    tally.add('a', 2);
    tally.add('a', 2);
    tally.nextSecond();
    expect(tally.peak()).toBe(4);
  });

  it('becomes a load, and the rate that would be full', () => {
    expect(loadOf(100, 250)).toEqual({ rate: 100, demand: 250, limit: 1_000, load: 0.25, carries: 400 });
    expect(loadOf(100, 0).carries).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('a sample', () => {
  it('is whole seconds at low rates, and a part of one that stands for the rest at high ones', () => {
    expect(sampleAt(10)).toEqual({ seconds: 60, mean_per_second: 10, weight: 1 });
    expect(sampleAt(1_000)).toEqual({ seconds: 20, mean_per_second: 1_000, weight: 1 });
    expect(sampleAt(100_000)).toEqual({ seconds: 1, mean_per_second: 20_000, weight: 5 });
  });

  it('has about as many deliveries as it says', () => {
    const seen: ('delivery' | 'second')[] = [];
    eachSecond(
      randomOf(1),
      sampleAt(1_000),
      () => seen.push('delivery'),
      () => seen.push('second'),
    );
    const seconds = seen.filter((one) => one === 'second').length;
    expect(seconds).toBe(20);
    expect((seen.length - seconds) / 20_000).toBeCloseTo(1, 1);
  });
});

describe('contention at latest.json', () => {
  it('is simulated with the tries and waits of the code', () => {
    const code = readFileSync(join(PROJECT, 'src/artifact/artifacts-in-bucket.ts'), 'utf8');
    expect(code).toContain(`const TRIES = ${CONTENTION.tries};`);
    expect(code).toContain(`const FIRST_WAIT_MS = ${CONTENTION.first_wait_ms};`);
    expect(code).toContain(`const LONGEST_WAIT_MS = ${CONTENTION.longest_wait_ms};`);
  });

  it('leaves nearly every run alone at one a second, and finds most overtaken at a thousand', () => {
    expect(latestAt(1, 1).overtaken).toBeLessThan(0.05);
    expect(latestAt(1, 1_000).overtaken).toBeGreaterThan(0.8);
  });
});
