import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { Answer } from '../../../src/jira/answer.ts';
import { createJiraClient } from '../../../src/jira/client.ts';
import { JiraError } from '../../../src/jira/jira-error.ts';
import { depth } from '../../support/depth.ts';
import { createVirtualTime } from '../../support/virtual-time.ts';

const START = Date.UTC(2026, 10, 29);
const RATE = 2;
const GAP_MS = 1000 / RATE;

/** What the server answers, and after how long. */
type Scripted = { status: number; took_ms: number; headers: Record<string, string> };

type Ended = { at: number; fault: JiraError | null };

/** Answers requests as scripted, then with success, and keeps when each began and ended. */
const openWorld = (script: readonly Scripted[], a_second = RATE, chance = 0.5, until_ms = Infinity) => {
  const time = createVirtualTime(START);
  const begun: number[] = [];
  const answered: (Scripted & { at: number })[] = [];
  let underWay = 0;
  let most = 0;

  const exchange = async (): Promise<Answer> => {
    const answer = script[begun.length] ?? { status: 200, took_ms: 100, headers: {} };
    begun.push(time.clock());
    underWay += 1;
    most = Math.max(most, underWay);
    await time.sleep(answer.took_ms);
    underWay -= 1;
    answered.push({ ...answer, at: time.clock() });
    if (answer.status === 0) throw new JiraError('down', 'cut');
    const date = new Date(time.clock()).toUTCString();
    return { status: answer.status, headers: new Headers({ date, ...answer.headers }), text: '{}' };
  };

  const site = { authorization: 'x', url: 'https://jira.example.com', api: 'https://jira.example.com' };
  const world = { clock: time.clock, steady: time.clock, sleep: time.sleep, chance: () => chance, exchange };
  const client = createJiraClient(site, { at_once: 4, a_second, until_ms }, world);

  const read = async (method: 'GET' | 'POST'): Promise<Ended> => {
    const request = { method, path: '/rest/api/2/search', answer: z.unknown() };
    const fault = await client.read(request).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (fault !== null && !(fault instanceof JiraError)) throw fault;
    return { at: time.clock(), fault };
  };

  return {
    begun,
    answered,
    most: () => most,
    clock: time.clock,
    ask: (count: number): Promise<Ended[]> =>
      time.run(Promise.all(Array.from({ length: count }, (_, index) => read(index % 2 ? 'POST' : 'GET')))),
    pause: (ms: number) => time.run(time.sleep(ms)),
  };
};

type World = ReturnType<typeof openWorld>;

const gapsOf = ({ begun }: World): number[] =>
  begun.slice(1).map((at, index) => at - (begun[index] ?? Number.NaN));

/** The seconds that an answer asks everybody to keep away, as far as it does. */
const askedMs = ({ status, headers }: Scripted): number =>
  status >= 400 ? Number(headers['retry-after'] ?? 0) * 1000 : 0;

const isNear = ({ status, headers }: Scripted): boolean =>
  status > 0 && headers['x-ratelimit-nearlimit'] === 'true';

/** Whatever is wrong with when requests began. */
const findRudeness = (world: World, ended: readonly Ended[]): string[] => {
  const { begun, answered } = world;
  const between = (from: number, to: number): boolean => begun.some((at) => at > from && at < to);
  const rude = (isRude: boolean, what: string): string[] => (isRude ? [what] : []);
  return [
    ...rude(world.most() > 4, `${world.most()} at once`),
    ...rude(Math.min(...gapsOf(world), GAP_MS) < GAP_MS, `more than ${RATE} a second`),
    ...answered.flatMap((one) => rude(between(one.at, one.at + askedMs(one)), 'within Retry-After')),
    ...ended.flatMap(({ at, fault }) =>
      rude(fault?.not_before != null && between(at, fault.not_before), 'before not_before'),
    ),
    ...answered.flatMap((one, index) => {
      const until = answered[index + 1]?.at ?? world.clock();
      const since = begun.filter((at) => at > one.at && at < until);
      const tight = since.slice(1).some((at, nth) => at - (since[nth] ?? 0) < 2 * GAP_MS);
      return rude(isNear(one) && tight, 'full speed near a limit');
    }),
  ];
};

const scripted: fc.Arbitrary<Scripted> = fc.record({
  status: fc.constantFrom(200, 200, 200, 200, 429, 429, 503, 500, 0, 404),
  took_ms: fc.constantFrom(0, 10, 300, 3_000, 29_000),
  headers: fc.oneof(
    fc.constant({}),
    fc.integer({ min: 0, max: 90 }).map((seconds) => ({ 'retry-after': String(seconds) })),
    fc.constantFrom('true', 'false').map((near) => ({ 'x-ratelimit-nearlimit': near })),
  ),
});

describe('any number of requests to a Jira in any mood', () => {
  it('are never rude, and all of them end, because limits belong to the account and not to a request', {
    tags: ['deep'],
  }, async () => {
    const script = fc.array(scripted, { maxLength: 40 });
    const counts = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        script,
        counts,
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (all, some, chance) => {
          const world = openWorld(all, RATE, chance);
          const ended: Ended[] = [];
          for (const count of some) ended.push(...(await world.ask(count)));
          expect(findRudeness(world, ended)).toEqual([]);
          expect(ended.length).toBe(some.reduce((a, b) => a + b));
        },
      ),
      { numRuns: depth(150, 3_000) },
    );
  });

  it('are found rude by the check itself, which would else prove nothing', async () => {
    const world = openWorld([{ status: 429, took_ms: 0, headers: { 'retry-after': '30' } }], 50);
    const ended = await world.ask(8);
    world.begun.push(START + 1);
    expect(findRudeness(world, ended)).toEqual(['more than 2 a second', 'within Retry-After']);
  });
});

const OK = { status: 200, took_ms: 0 };

describe('a Jira that is near its limit', () => {
  it.each([
    ['Cloud says so', { 'x-ratelimit-nearlimit': 'true' }],
    ['less than a fifth is left', { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '19' }],
    ['nothing is left, and nobody says until when', { 'x-ratelimit-remaining': '0' }],
  ])('is asked half as often while %s, from the next wait on', async (_, headers) => {
    const world = openWorld([
      { ...OK, headers },
      { ...OK, headers },
      { ...OK, headers: {} },
    ]);
    await world.ask(5);
    expect(gapsOf(world)).toEqual([1000, 1000, 1000, 500]);
  });

  it.each([
    { 'x-ratelimit-nearlimit': 'false', 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '20' },
    { 'x-ratelimit-limit': 'many', 'x-ratelimit-remaining': '-1' },
    { 'retry-after': '40' },
  ])('is one that says so, and not %j', async (headers) => {
    const world = openWorld([{ ...OK, headers }]);
    await world.ask(3);
    expect(gapsOf(world)).toEqual([500, 500]);
  });
});

describe('the bucket of Data Center', () => {
  const bucket = (remaining: number, seconds: number, rate: number) => ({
    ...OK,
    headers: {
      'x-ratelimit-limit': '10',
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-interval-seconds': String(seconds),
      'x-ratelimit-fillrate': String(rate),
    },
  });

  it('is asked as often as it is filled when little is left', async () => {
    const world = openWorld([bucket(9, 6, 2), bucket(1, 6, 2), bucket(1, 6, 2), bucket(2, 6, 2)]);
    await world.ask(5);
    expect(gapsOf(world)).toEqual([500, 3000, 3000, 3000]);
  });

  it('is left alone until it is filled again when nothing is left', async () => {
    const world = openWorld([bucket(0, 20, 10)]);
    await world.ask(2);
    expect(gapsOf(world)).toEqual([20_000]);
  });

  it('ends the turn when that takes longer than a minute, and says until when', async () => {
    const world = openWorld([bucket(0, 3_600, 10)]);
    const [, second] = await world.ask(2);
    expect(second?.fault).toMatchObject({ fault: 'busy', not_before: START + 3_600_000 });
    expect(world.begun.length).toBe(1);
  });
});

describe('a limit of Cloud that is used up', () => {
  it.each([
    ['2026-11-29T00:00:30Z', 30_000],
    ['2026-11-29T00:00:30.500+00:00', 30_500],
    ['soon', 1_000],
  ])('ends at its reset, %s', async (reset, gap) => {
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset };
    const world = openWorld([{ ...OK, headers }]);
    await world.ask(2);
    expect(gapsOf(world)).toEqual([gap]);
  });
});

describe('a Jira in trouble', () => {
  const DOWN = { status: 503, took_ms: 0, headers: {} };

  it('is asked by nobody while one waits, because it has the same trouble with all', async () => {
    const world = openWorld([DOWN], 100, 1);
    await world.ask(3);
    expect(gapsOf(world)[0]).toBe(2_000);
  });

  it('ends the turn after four tries and rests for two minutes, for all', async () => {
    const world = openWorld(Array(4).fill(DOWN), 100, 1);
    const [first] = await world.ask(1);
    expect(first?.fault).toMatchObject({ fault: 'down', not_before: START + 14_000 + 120_000 });
    const [second] = await world.ask(1);
    expect(second?.fault).toMatchObject({ fault: 'busy', not_before: first?.fault?.not_before });
    expect(world.begun.length).toBe(4);
    await world.pause(120_000);
    expect(await world.ask(1)).toMatchObject([{ fault: null }]);
  });
});

describe('a turn that is about to leave', () => {
  const until = START + 10_000;
  const leaving = (script: readonly Scripted[]) => openWorld(script, 100, 1, until);

  it('waits no longer than it stays, because its process may be ended then', async () => {
    const world = leaving([{ status: 429, took_ms: 0, headers: { 'retry-after': '11' } }]);
    const [first] = await world.ask(1);
    expect(first).toMatchObject({ at: START, fault: { fault: 'busy', not_before: START + 11_000 } });
  });

  it('still waits for what comes in time', async () => {
    const world = leaving([{ status: 429, took_ms: 0, headers: { 'retry-after': '9' } }]);
    expect(await world.ask(1)).toMatchObject([{ fault: null }]);
  });

  it('tries nothing again after it, and says when to come back', async () => {
    const world = leaving([{ status: 503, took_ms: 10_000, headers: {} }]);
    const [first] = await world.ask(1);
    expect(first).toMatchObject({ at: until, fault: { fault: 'down', not_before: until + 120_000 } });
    expect(world.begun.length).toBe(1);
  });

  it('gives up rather than rest beyond it', async () => {
    const world = leaving(Array(4).fill({ status: 503, took_ms: 1_000, headers: {} }));
    const [first] = await world.ask(1);
    expect(first?.fault?.not_before).not.toBeNull();
    expect([world.clock() <= until, world.begun.length > 1]).toEqual([true, true]);
  });
});
