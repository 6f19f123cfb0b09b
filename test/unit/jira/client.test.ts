import { afterEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { createJiraClient } from '../../../src/jira/client.ts';
import { JiraError } from '../../../src/jira/jira-error.ts';
import { type ScriptedJira, startScriptedJira, TOKEN } from '../../support/scripted-jira/scripted-jira.ts';

let jira: ScriptedJira;

afterEach(() => jira.close());

const MANY = { at_once: 4, a_second: Number.POSITIVE_INFINITY };
const INFO = {
  method: 'GET',
  path: '/rest/api/2/serverInfo',
  answer: z.object({ version: z.string() }),
} as const;
const REMOVAL = { method: 'DELETE', path: '/rest/webhooks/1.0/webhook/1', answer: z.unknown() } as const;
const CREATION = {
  method: 'POST',
  path: '/rest/webhooks/1.0/webhook',
  body: {},
  answer: z.unknown(),
} as const;

/** A client whose clock only its own sleeps move, and how long each of them was. */
const open = async (limits = MANY, chance = 1, token = TOKEN) => {
  jira = await startScriptedJira('cloud');
  const slept: number[] = [];
  let now = Date.UTC(2026, 10, 29);
  const sleep = async (ms: number) => {
    slept.push(ms);
    now += ms;
  };
  const site = { authorization: `Bearer ${token}`, url: jira.url, api: jira.url };
  const client = createJiraClient(site, limits, { clock: () => now, sleep, chance: () => chance });
  return { client, slept, now: () => now };
};

const faultOf = async (work: Promise<unknown>): Promise<JiraError> => {
  const fault = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(fault).toBeInstanceOf(JiraError);
  return fault instanceof JiraError ? fault : new JiraError('down', '');
};

describe('a request to Jira', () => {
  it('answers what the frame asks for and ignores the rest, because Jira adds properties at will', async () => {
    const { client } = await open();
    expect(await client.send(INFO)).toEqual({ version: '1001.0.0-SNAPSHOT' });
    expect(jira.log[0]?.headers).toMatchObject({
      authorization: `Bearer ${TOKEN}`,
      accept: 'application/json',
    });
  });

  it('waits longer and longer and gives up after four tries, because a Jira in trouble needs rest', async () => {
    const { client, slept } = await open();
    jira.fail(Array(9).fill({ status: 503 }));
    expect((await faultOf(client.send(INFO))).fault).toBe('down');
    expect(slept).toEqual([2_000, 4_000, 8_000]);
    expect(jira.log.length).toBe(4);
  });

  it('waits three tenths less by chance, because many that failed together must not come back together', async () => {
    const { client, slept } = await open(MANY, 0);
    jira.fail([{ status: 429 }]);
    await client.send(INFO);
    expect(slept).toEqual([1_400]);
  });

  it.each([
    ['seconds', () => '17'],
    ['a date', (now: number) => new Date(now + 17_000).toUTCString()],
  ])('keeps a Retry-After in %s as the least, because Jira counts those who do not', async (_, header) => {
    const { client, slept, now } = await open();
    const from = now();
    jira.fail([{ status: 429, headers: { 'retry-after': header(from) } }]);
    await client.send(INFO);
    expect(now() - from).toBe(17_000);
    expect(slept[0]).toBe(2_000);
  });

  it('waits its own time when Retry-After is shorter, or is no time', async () => {
    const { client, slept } = await open();
    for (const value of ['1', 'soon', '-5', '']) {
      jira.fail([{ status: 429, headers: { 'retry-after': value } }]);
      await client.send(INFO);
    }
    expect(slept).toEqual([2_000, 2_000, 2_000, 2_000]);
  });

  it('ends at once when Jira wants more than a minute, says when to come back, and keeps to it', async () => {
    const { client, slept, now } = await open();
    jira.fail([{ status: 429, headers: { 'retry-after': '61' } }]);
    const error = await faultOf(client.send(INFO));
    expect(error).toMatchObject({ fault: 'busy', not_before: now() + 61_000 });
    expect(error.message).toContain('before 2026-11-29T00:01:01.000Z');
    expect((await faultOf(client.send(INFO))).not_before).toBe(error.not_before);
    expect([slept, jira.log.length]).toEqual([[], 1]);
  });

  it('is held for all when one is told to wait, because a limit is the account’s', async () => {
    const { client, now } = await open();
    jira.fail([{ status: 429, headers: { 'retry-after': '30' } }]);
    const from = now();
    await Promise.all([client.send(INFO), client.send(INFO), client.send(INFO)]);
    expect(jira.log.length).toBe(4);
    expect(now() - from).toBeGreaterThanOrEqual(30_000);
  });

  it('is not tried twice when it makes something, because a lost answer may have been a success', async () => {
    const { client, slept } = await open();
    jira.fail(['cut']);
    expect((await faultOf(client.send(CREATION))).fault).toBe('down');
    jira.fail([{ status: 429 }]);
    expect((await faultOf(client.send(CREATION))).fault).toBe('busy');
    expect([slept, jira.log.length]).toEqual([[], 2]);
  });

  it('is tried again when the connection ends and twice is as good as once', async () => {
    const { client } = await open();
    jira.add({ name: 'old', url: 'https://example.com/', events: [] });
    jira.fail(['cut']);
    await client.send(REMOVAL);
    expect([jira.log.length, jira.webhooks.size]).toEqual([2, 0]);
  });
});

describe('a read', () => {
  const QUERY = {
    method: 'POST',
    path: '/rest/api/2/search',
    body: {},
    answer: z.object({ n: z.number() }),
  } as const;
  const DATE = 'Sun, 29 Nov 2026 10:00:00 GMT';
  const answered = (date: string) => ({ status: 200, headers: { date }, body: '{"n":1}' });

  it('begins, by Jira’s clock, two seconds and its duration before the answer’s Date, because that is stamped at the end', async () => {
    const { client } = await open();
    jira.fail([answered(DATE), answered(DATE)]);
    jira.delay_ms = 120;
    const end = Date.UTC(2026, 10, 29, 10);
    const from = performance.now();
    const { value, started_ms } = await client.read(QUERY);
    const took = performance.now() - from;
    expect(value).toEqual({ n: 1 });
    expect(end - started_ms).toBeGreaterThanOrEqual(2_119);
    expect(end - started_ms).toBeLessThanOrEqual(2_001 + took);
  });

  it('does not count the time it waited for its turn, because Jira did not work then', async () => {
    const { client } = await open();
    jira.fail([{ status: 429, headers: { 'retry-after': '50' } }, answered(DATE)]);
    const { started_ms } = await client.read(QUERY);
    expect(Date.UTC(2026, 10, 29, 10) - started_ms).toBeLessThan(40_000);
  });

  it.each([
    ['no date', 'soon'],
    ['a date without a zone', '2026-11-29 10:00:00'],
    ['an empty one', ''],
  ])('with %s is refused, because nobody knows when it was true', async (_, date) => {
    const { client } = await open();
    jira.fail([answered(date)]);
    const error = await faultOf(client.read(QUERY));
    expect(error.fault).toBe('unknown_shape');
    expect(error.message).toContain('Date header');
  });

  it('is tried again though it is a POST, because it changes nothing', async () => {
    const { client, slept } = await open();
    jira.fail(['cut', { status: 503 }, answered(DATE)]);
    expect((await client.read(QUERY)).value).toEqual({ n: 1 });
    expect(slept).toEqual([2_000, 4_000]);
  });
});

describe('the pace of a client', () => {
  it('has four requests under way at most, because more help nobody', async () => {
    const { client } = await open();
    jira.delay_ms = 20;
    await Promise.all(Array.from({ length: 12 }, () => client.send(INFO)));
    expect([jira.most_at_once, jira.log.length]).toEqual([4, 12]);
  });

  it('begins so many a second as it may, evenly, because a burst is what limits are for', async () => {
    jira = await startScriptedJira('cloud');
    const site = { authorization: `Bearer ${TOKEN}`, url: jira.url, api: jira.url };
    const client = createJiraClient(site, { at_once: 4, a_second: 20 });
    const from = performance.now();
    await Promise.all(Array.from({ length: 6 }, () => client.send(INFO)));
    expect(performance.now() - from).toBeGreaterThanOrEqual(249);
    expect(jira.log.length).toBe(6);
  });
});

describe('what is no answer of Jira', () => {
  it.each([
    [401, 'login', 'Is the token correct and not expired?'],
    [403, 'permission', '"Administer Jira"'],
    [404, 'missing', 'JIRA_SITE_URL'],
    [410, 'removed', 'too old'],
    [302, 'redirect', 'not followed'],
    [308, 'redirect', 'not followed'],
    [400, 'refused', 'rejected the request'],
  ])('%i is the fault %s, and says what to do', async (status, fault, words) => {
    const { client } = await open();
    const target = await startScriptedJira('cloud');
    jira.fail([{ status, headers: { location: `${target.url}/canary-target` }, body: '<html>canary-body' }]);
    const error = await faultOf(client.send(INFO));
    expect(error.fault).toBe(fault);
    expect(error.message).toContain(words);
    expect(error.message).toContain('GET /rest/api/2/serverInfo: ');
    expect(error.message).not.toContain('canary');
    expect([jira.log.length, target.log.length]).toEqual([1, 0]);
    await target.close();
  });

  it.each([
    ['a page', { 'content-type': 'text/html' }, '<html>canary</html>', 'not_json'],
    [
      'a page that says it is JSON',
      { 'content-type': 'application/json' },
      '<html>canary</html>',
      'not_json',
    ],
    [
      'a page that would be JSON',
      { 'content-type': 'text/html;charset=UTF-8' },
      '{"version":"1"}',
      'not_json',
    ],
    ['another frame', {}, '{"canary":true}', 'unknown_shape'],
    ['nothing', {}, '', 'unknown_shape'],
    ['null', {}, 'null', 'unknown_shape'],
    ['what is not packed as it says', { 'content-encoding': 'gzip' }, 'canary', 'down'],
  ])('%s is refused and not quoted', async (_, headers, body, fault) => {
    const { client } = await open();
    jira.fail(Array(4).fill({ status: 200, headers, body }));
    const error = await faultOf(client.send(INFO));
    expect(error.fault).toBe(fault);
    expect(error.message).not.toContain('canary');
  });

  it('is not kept beyond 20 MB, because memory is not the server’s to fill', async () => {
    const { client } = await open();
    jira.fail([{ status: 200, body: Buffer.alloc(20_000_001, 0x20) }]);
    expect((await faultOf(client.send(INFO))).message).toContain('larger than any');
  });

  it('comes from a dead server as its code alone, because fetch’s own words may quote a header', async () => {
    const { client } = await open();
    await jira.close();
    const error = await faultOf(client.send(INFO));
    expect(error.message).toContain('(ECONNREFUSED)');
    expect(error.cause).toBeUndefined();
  });

  it('never quotes the token, also where a header could not be sent at all', async () => {
    const { client } = await open(MANY, 1, `${TOKEN}\nx`);
    const error = await faultOf(client.send(INFO));
    expect(JSON.stringify([error.message, error.stack])).not.toContain(TOKEN);
  });
});

describe('the address of a client', () => {
  it.each(['http://jira.example.com', 'ftp://127.0.0.1', 'nowhere'])(
    'is not %s, because a token goes there',
    async (api) => {
      await open();
      const site = { authorization: 'x', url: api, api };
      expect(() => createJiraClient(site, MANY)).toThrow('https only');
    },
  );
});
