import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { signatureOf } from '../../../src/cli/shared/exchange.ts';
import type { StoredEvent } from '../../../src/store/events/event-row.ts';
import { prepareEventBody, putEvent } from '../../../src/store/events/put-event.ts';
import { noise } from '../../support/seed.ts';
import { SECRET, startTestInstance, type TestInstance } from './instance.ts';
import { runCli, spawnCli } from './run-cli.ts';

const DAY_MS = 86_400_000;
const NOW = Date.now();

let instance: TestInstance;

const run = (name: string, args: string[], env: NodeJS.ProcessEnv = {}) =>
  runCli(name, [...args, ...instance.table], { ...instance.env, ...env });

/** Delivers bytes and answers the id of their event. */
const deliver = async (bytes: Buffer | string): Promise<string> => {
  const headers = { 'x-hub-signature': signatureOf(SECRET, Buffer.from(bytes)) };
  const response = await fetch(`${instance.url}/webhooks/jira`, { method: 'POST', headers, body: bytes });
  return z.object({ event_id: z.string() }).parse(await response.json()).event_id;
};

/** Waits for correlation, which goes on beside the test: until then the event changes between two looks at it. */
const isProcessed = (id: string): Promise<void> =>
  expect
    .poll(async () => (await instance.get(`/events/${id}`)).body, { timeout: 20_000 })
    .toMatchObject({ processing: { status: 'processed' } });

const bodyOf = (id: string, key: string, extra: object = {}): string =>
  JSON.stringify({
    timestamp: 1772467200150,
    webhookEvent: 'jira:issue_updated',
    issue: { id, key, fields: { summary: 'A summary', updated: '2026-03-02T09:00:00.100-0700', ...extra } },
  });

/** An event as an older parser would have left it: set aside, although its body is fine today. */
const putQuarantined = async (event_id: string, raw: string, received_ms: number): Promise<void> => {
  const event: StoredEvent = {
    tenant: 'default',
    event_id,
    source: 'jira',
    outcome: 'quarantined',
    facts: null,
    idempotency_key: 'x',
    received_ms,
    run_id: `01KJ0000000000000000${event_id.slice(-6).toUpperCase()}`,
    problem: { type: 'not-a-jira-webhook', status: 422, detail: 'As it was.', errors: [] },
    event_name: null,
    secret: null,
    raw_stored_apart: false,
  };
  const signal = AbortSignal.timeout(10_000);
  const stored = await prepareEventBody(instance.events, event, Buffer.from(raw), signal);
  await putEvent(instance.events, event, stored, signal);
};

beforeAll(async () => {
  instance = await startTestInstance({ correlate: true });
});

afterAll(() => instance.stop());

describe('npm run event', () => {
  it('shows the event as the route does', async () => {
    const id = await deliver(bodyOf('101', 'SHOW-1'));
    await isProcessed(id);
    const { code, stdout } = await run('event', [id]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual((await instance.get(`/events/${id}`)).body);
    expect(JSON.parse(stdout)).toMatchObject({ event_id: id, issue_key: 'SHOW-1', outcome: 'applied' });
  });

  it('writes the very bytes of the body, because a signature is over them', async () => {
    const odd = Buffer.from('efbbbf207b20226122203a0d0a2031653330382c2262223a22ff80c3280022207d0d0a', 'hex');
    const id = await deliver(odd);
    const { code, bytes } = await spawnCli('event', [id, '--raw', ...instance.table], instance.env);
    expect(code).toBe(0);
    expect(bytes.equals(odd)).toBe(true);
  });

  it('finds a large body in the artifact store', async () => {
    const large = bodyOf('103', 'SHOW-3', { customfield_10050: noise(900_000).toString('base64') });
    const id = await deliver(large);
    expect(existsSync(join(instance.folder, 'artifacts/raw', id))).toBe(true);
    expect((await run('event', [id, '--raw'])).stdout).toBe(large);
  });

  it('says so when a large body is gone', async () => {
    const large = bodyOf('104', 'SHOW-4', { customfield_10050: noise(900_000).toString('base64') });
    const id = await deliver(large);
    await rm(join(instance.folder, 'artifacts/raw', id));
    expect(await run('event', [id, '--raw'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `The body of ${id} is no longer in the artifact store.\n`,
    });
  });

  it('ends with 1 for an event that is not stored and with 2 for what is no id', async () => {
    const id = `evt_${'0'.repeat(40)}`;
    expect(await run('event', [id])).toMatchObject({ code: 1, stdout: '' });
    expect(await run('event', ['DEMO-1'])).toMatchObject({ code: 2, stdout: '' });
    expect(await run('event', [])).toMatchObject({ code: 2, stdout: '' });
  });

  it('says in words that nothing listens, because a stack helps nobody', async () => {
    const args = [`evt_${'0'.repeat(40)}`, '--table', 'cli-test', '--endpoint', 'http://127.0.0.1:1'];
    const { code, stderr } = await runCli('event', args, instance.env);
    expect(code).toBe(1);
    expect(stderr).toBe(
      'The table cli-test at http://127.0.0.1:1 could not be used: nothing is listening there (ECONNREFUSED)\n',
    );
  });
});

describe('npm run replay', () => {
  const EARLIER = `evt_${'c3'.repeat(20)}`;
  const OLD = `evt_${'a1'.repeat(20)}`;
  const NEW = `evt_${'b2'.repeat(20)}`;

  it('asks first, and is wrong usage where nobody can answer', async () => {
    await putQuarantined(NEW, bodyOf('201', 'QUAR-1'), NOW);
    const { code, stderr } = await run('replay', ['--event', NEW]);
    expect(code).toBe(2);
    expect(stderr).toContain(`Replay 1 event into table cli-test at ${instance.endpoint}`);
    expect((await instance.get(`/events/${NEW}`)).body).toMatchObject({ outcome: 'quarantined' });
  });

  it('takes what the parser reads by now out of quarantine, from every day it can lie in', async () => {
    await putQuarantined(EARLIER, bodyOf('203', 'QUAR-3'), NOW - 6 * DAY_MS);
    await putQuarantined(OLD, bodyOf('202', 'QUAR-2'), NOW - 26 * DAY_MS);
    // The one that stays refused is the body of odd bytes above.
    const { code, stdout } = await run('replay', ['--outcome', 'quarantined', '--yes'], {
      // Quarantined events live three times as long, and each day is asked for in 16 parts.
      EVENT_RETENTION_DAYS: '9',
    });
    expect(code).toBe(1);
    expect(stdout).toMatch(/released from quarantine +applied +3/);
    expect(stdout).toMatch(/still refused +body-not-json +1/);
    expect((await instance.get('/issues/QUAR-1')).body).toMatchObject({ issue_id: '201' });
    expect((await instance.get('/issues/QUAR-2')).body).toMatchObject({ issue_id: '202' });
    expect((await instance.get(`/events/${EARLIER}`)).body).toMatchObject({
      outcome: 'applied',
      problem: null,
    });
  });

  it('changes nothing the second time, and ends with 0 when all is taken in', async () => {
    const { code, stdout } = await run('replay', ['--event', NEW, '--yes']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/replayed +applied +1/);
  });

  it('of a day takes every event of it', async () => {
    const { stdout } = await run('replay', ['--date', '2020-01-01', '--yes']);
    expect(stdout).toContain('No matching event');
    const day = new Date(NOW - 6 * DAY_MS - 7 * 3_600_000).toISOString().slice(0, 10);
    const replayed = await run('replay', ['--date', day, '--outcome', 'applied', '--yes']);
    expect(replayed).toMatchObject({ code: 0 });
    expect(replayed.stdout).toMatch(/replayed +applied +1/);
  });

  it('of an event that is not there ends with 1', async () => {
    const { code, stdout } = await run('replay', ['--event', `evt_${'0'.repeat(40)}`, '--yes']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/event not found +- +1/);
  });

  it('of nothing is wrong usage', async () => {
    expect(await run('replay', ['--yes'])).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('npm run erase', () => {
  it('says what goes and what stays, and does nothing unasked', async () => {
    await deliver(bodyOf('301', 'GONE-1'));
    await deliver(bodyOf('301', 'GONE-1', { updated: '2026-03-02T09:30:00.100-0700' }));
    const { code, stdout } = await run('erase', ['--issue', 'gone-1']);
    expect(code).toBe(2);
    expect(stdout).toContain(`Issue 301 (GONE-1 now) in table cli-test at ${instance.endpoint}`);
    expect(stdout).toContain('2 events with the raw bodies, and what was sent of them');
    expect(stdout).toContain('A delivery that arrives later stores the issue again');
    expect((await instance.get('/issues/301')).status).toBe(200);
  });

  it('erases fields, events and raw bodies, by any key the issue had', async () => {
    const large = bodyOf('301', 'GONE-1', { customfield_10050: noise(900_000).toString('base64') });
    const id = await deliver(large);
    const moved = JSON.parse(bodyOf('301', 'AWAY-9', { updated: '2026-03-02T09:45:00.100-0700' }));
    moved.changelog = { id: '1', items: [{ field: 'Key', fromString: 'GONE-1', toString: 'AWAY-9' }] };
    await deliver(JSON.stringify(moved));
    const { code, stdout } = await run('erase', ['--issue', 'GONE-1', '--yes']);
    expect(code).toBe(0);
    expect(stdout).toContain('Erased issue 301 and 4 of its events.');
    expect((await instance.get('/issues/301')).status).toBe(404);
    expect((await instance.get('/issues/AWAY-9/events')).status).toBe(404);
    expect((await instance.get(`/events/${id}`)).status).toBe(404);
    expect(existsSync(join(instance.folder, 'artifacts/raw', id))).toBe(false);
  });

  it('has nothing to do the second time, and knows no strange key', async () => {
    expect(await run('erase', ['--issue', 'GONE-1', '--yes'])).toMatchObject({ code: 1, stdout: '' });
    expect(await run('erase', ['--issue', 'NEVER-1', '--yes'])).toMatchObject({ code: 1, stdout: '' });
  });

  it('wants an issue that can be one', async () => {
    expect((await run('erase', ['--issue', 'a/b', '--yes'])).code).toBe(2);
    expect((await run('erase', ['--yes'])).code).toBe(2);
  });

  it('leaves the mark of a deletion, because a late delivery must not revive the issue', async () => {
    const deleted = JSON.parse(bodyOf('302', 'GONE-2'));
    await deliver(JSON.stringify({ ...deleted, webhookEvent: 'jira:issue_deleted' }));
    expect((await run('erase', ['--issue', '302', '--yes'])).code).toBe(0);
    expect((await instance.get('/issues/302')).body).toMatchObject({ deleted: true, summary: null });
    expect(await run('erase', ['--issue', '302', '--yes'])).toMatchObject({ code: 1, stdout: '' });
  });
});
