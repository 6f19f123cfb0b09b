import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { whileSleepsAre } from '../../support/sleeps.ts';
import { SECRET, startTestInstance, type TestInstance } from './instance.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import { runCli } from './run-cli.ts';

/** Bytes that any decoding and encoding would change: invalid UTF-8, a BOM, CRLF, spaces, NUL, big numbers. */
const ODD_BYTES = Buffer.from(
  'efbbbf207b20226122203a0d0a2031653330382c2262223a22ff80c3280022207d0d0a20',
  'hex',
);

const ACCEPTED = { status: 202, body: { status: 'accepted', outcome: 'applied', event_id: 'evt_1' } };

let folder = '';
const receivers: Receiver[] = [];

const receive = async (...args: Parameters<typeof startReceiver>): Promise<Receiver> => {
  const receiver = await startReceiver(...args);
  receivers.push(receiver);
  return receiver;
};

const fileWith = async (name: string, bytes: Buffer | string): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deliver-'));
});

afterEach(async () => {
  await Promise.all(receivers.splice(0).map((receiver) => receiver.close()));
});

afterAll(() => rm(folder, { recursive: true }));

describe('what is sent', () => {
  it("is the file's very bytes, signed, because a body that is encoded again has another signature", async () => {
    const receiver = await receive(() => ACCEPTED);
    const file = await fileWith('odd.json', ODD_BYTES);
    const { code } = await runCli('deliver', [file, '--url', receiver.url, '--secret', SECRET]);
    expect(code).toBe(0);
    expect(receiver.requests).toHaveLength(1);
    const [request] = receiver.requests;
    expect(request?.body.equals(ODD_BYTES)).toBe(true);
    expect(request).toMatchObject({ method: 'POST', url: '/webhooks/jira' });
    const digest = createHmac('sha256', SECRET).update(ODD_BYTES).digest('hex');
    expect(request?.headers).toMatchObject({
      'x-hub-signature': `sha256=${digest}`,
      'content-type': 'application/json; charset=UTF-8',
      'content-length': String(ODD_BYTES.length),
    });
    expect(request?.headers).not.toHaveProperty('x-atlassian-webhook-identifier');
  });

  it('carries the headers it is told to, the later one winning, because that is how odd senders are tried', async () => {
    const receiver = await receive(() => ACCEPTED);
    const headers = [
      '--header',
      'X-Trace: one',
      '--header',
      'x-trace: two',
      '--header',
      'X-Hub-Signature: none',
    ];
    const args = [
      'issue-created',
      '--url',
      receiver.url,
      '--secret',
      SECRET,
      '--identifier',
      'id-7',
      ...headers,
    ];
    expect((await runCli('deliver', args)).code).toBe(0);
    expect(receiver.requests[0]?.headers).toMatchObject({
      'x-trace': 'two',
      'x-hub-signature': 'none',
      'x-atlassian-webhook-identifier': 'id-7',
    });
  });

  it('can be an empty file, because Jira sends one where the body is excluded', async () => {
    const receiver = await receive(() => ACCEPTED);
    const file = await fileWith('empty.json', '');
    await runCli('deliver', [file, '--url', receiver.url, '--secret', SECRET]);
    expect(receiver.requests[0]?.body).toHaveLength(0);
  });

  it('goes out so many times and so many at a time', async () => {
    const receiver = await receive(() => ACCEPTED, 6);
    const args = ['issue-created', 'issue-updated', '--repeat', '15', '--concurrency', '6'];
    const { code, stdout, stderr } = await runCli('deliver', [
      ...args,
      '--url',
      receiver.url,
      '--secret',
      SECRET,
    ]);
    expect(code).toBe(0);
    expect(receiver.requests).toHaveLength(30);
    expect(receiver.most()).toBe(6);
    expect(stdout).toMatch(/202 +applied +30/);
    expect(stdout).toMatch(/latency {2}p50 \d+ ms {2}p95 \d+ ms {2}max \d+ ms\n30 of 30 accepted/);
    expect(stderr).toContain('30/30');
  });

  it('uses JIRA_WEBHOOK_SECRET where no flag says otherwise, because a command line can be seen', async () => {
    const receiver = await receive(() => ACCEPTED);
    await runCli('deliver', ['issue-created', '--url', receiver.url], { JIRA_WEBHOOK_SECRET: SECRET });
    const [request] = receiver.requests;
    const digest = createHmac('sha256', SECRET)
      .update(request?.body ?? '')
      .digest('hex');
    expect(request?.headers['x-hub-signature']).toBe(`sha256=${digest}`);
  });
});

describe('a receiver in trouble', () => {
  it('gets the same delivery again until it takes it', async () => {
    const answers = [{ status: 503, headers: { 'retry-after': '0' } }, 'hang up', ACCEPTED] as const;
    const receiver = await receive((index) => answers[index] ?? ACCEPTED);
    const { code, stdout } = await runCli('deliver', [
      'issue-created',
      '--url',
      receiver.url,
      '--secret',
      SECRET,
    ]);
    expect(code).toBe(0);
    expect(receiver.requests).toHaveLength(3);
    expect(new Set(receiver.requests.map(({ body }) => body.toString())).size).toBe(1);
    expect(stdout).toContain('1 of 1 accepted');
    expect(stdout).toContain('2 resent');
  });

  it('is given up on after five times, with exit code 1', async () => {
    const receiver = await receive(() => ({ status: 503, body: { type: 'urn:x:temporarily-unavailable' } }));
    const pauses: number[] = [];
    const args = ['issue-created', '--url', receiver.url, '--secret', SECRET];
    // As long in milliseconds as it has a number.
    const note = (ms: number): number => pauses.push(ms);
    const { code, stdout } = await whileSleepsAre(note, () => runCli('deliver', args));
    expect(code).toBe(1);
    expect(receiver.requests).toHaveLength(6);
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    expect(pauses).toHaveLength(5);
    expect(pauses[4]).toBeGreaterThanOrEqual(2_000);
    expect(stdout).toMatch(/issue-created +503 +temporarily-unavailable/);
  });

  it('that refuses gets nothing twice, because a refusal is final', async () => {
    const receiver = await receive((index) => (index === 0 ? { status: 401 } : ACCEPTED));
    const args = ['issue-created', 'issue-updated', '--url', receiver.url, '--secret', SECRET];
    const { code, stdout } = await runCli('deliver', args);
    expect(code).toBe(1);
    expect(receiver.requests).toHaveLength(2);
    expect(stdout).toContain('1 of 2 accepted');
  });
});

describe('wrong usage', () => {
  it.concurrent.each([
    [
      'an unknown name',
      ['nothing-like-this', '--secret', 's', '--url', 'http://127.0.0.1:1'],
      'Samples: automation-custom',
    ],
    ['no file', [], "missing required argument 'file|sample'"],
    ['an unknown option', ['issue-created', '--nope'], "unknown option '--nope'"],
    ['a strange header', ['issue-created', '--header', 'nope'], "'Name: value'"],
    ['a strange number', ['issue-created', '--repeat', '0'], 'whole number from 1'],
    ['a strange address', ['issue-created', '--url', 'nope', '--secret', 's'], 'not an http or https URL'],
  ])('%s ends with exit code 2 and says why', async (_name, args, message) => {
    const { code, stderr } = await runCli('deliver', args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  it('is not --help, which ends with 0 and names the samples', async () => {
    const { code, stdout } = await runCli('deliver', ['--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('issue-created');
    expect(stdout).toContain('honours Retry-After up to 2 s');
  });
});

describe('to a real receiver', () => {
  let instance: TestInstance;

  beforeAll(async () => {
    instance = await startTestInstance();
  });

  afterAll(() => instance.stop());

  it('every sample is taken, and again it is a duplicate', async () => {
    const samples = [
      'issue-created',
      'issue-updated',
      'comment-created',
      'worklog-created',
      'issuelink-created',
    ];
    const more = ['server-issue-commented', 'issue-moved', 'issue-deleted'];
    const first = await runCli('deliver', [...samples, ...more, ...instance.deliverTo]);
    expect(first.code).toBe(0);
    const outcomes = first.stdout
      .split('\n')
      .slice(1, 9)
      .map((line) => line.split(/ +/).slice(0, 3).join(' '));
    expect(outcomes).toEqual([
      'issue-created 202 applied',
      'issue-updated 202 applied',
      'comment-created 202 recorded',
      'worklog-created 202 recorded',
      'issuelink-created 202 recorded',
      'server-issue-commented 202 applied',
      'issue-moved 202 applied',
      'issue-deleted 202 applied',
    ]);
    const second = await runCli('deliver', [...samples, ...more, ...instance.deliverTo]);
    expect(second.code).toBe(0);
    expect(second.stdout).toMatch(/200 +duplicate +8/);
    expect((await instance.get('/issues/DEMO-1')).body).toMatchObject({
      issue_id: '10001',
      issue_key: 'OPS-12',
      deleted: true,
      sprint: { id: '7', name: 'Sprint 7', state: 'active' },
    });
    expect((await instance.get('/issues/plat-42')).body).toMatchObject({
      issue_id: '20042',
      sprint: { id: '31', name: 'Platform 31' },
      reporter: { display_name: 'Dee Example' },
    });
  });

  it('a body over the limit is refused with 413, and the answer arrives', async () => {
    const file = await fileWith('large.json', Buffer.alloc(8_000_000, 0x20));
    const { code, stdout } = await runCli('deliver', [file, ...instance.deliverTo]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/413 +body-too-large/);
  });
});
