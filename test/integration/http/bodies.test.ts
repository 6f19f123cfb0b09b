import { rmSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS } from '../../../src/domain/instant.ts';
import { eraseIssue } from '../../../src/store/issues/erase-issue.ts';
import { createTable, openApp, type TestApp } from '../../support/app.ts';
import { noise } from '../../support/seed.ts';
import { temporaryFolder } from '../../support/server-process.ts';
import { useEngine } from '../../support/use-engine.ts';
import { issueBody } from '../correlate/bodies.ts';

const engine = useEngine();
const time = { now: Date.now() };
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let app: TestApp;
let other: TestApp;

beforeEach(async () => {
  time.now = Date.now();
  folder = await temporaryFolder();
  const tableName = await createTable(engine.endpoint);
  const env = { ARTIFACTS_DIR: folder.path, MAX_BODY_BYTES: '10000000' };
  const options = { endpoint: engine.endpoint, tableName, env, clock: () => time.now };
  app = openApp(options);
  other = openApp({ ...options, tenant: 'b' });
  return folder.remove;
});

const deliver = async (to: TestApp, body: string | Buffer): Promise<string> =>
  String((await to.deliver(body)).body.event_id);

/** Valid JSON that no compression makes small enough for an item. */
const large = (bytes: number): string =>
  JSON.stringify({ webhookEvent: 'x', noise: noise(bytes).toString('base64') });

const signal = () => AbortSignal.timeout(10_000);

describe('GET /bodies/{event_id}', () => {
  it.each([
    ['JSON', Buffer.from(issueBody('1', 'ABC-1', 1))],
    ['a page with a script', Buffer.from('<!doctype html><script>alert(document.domain)</script>')],
    ['bytes that are no text', Buffer.from([0, 255, 254, 13, 10, 0x22, 0xc3])],
    ['nothing', Buffer.alloc(0)],
    ['a body of the artifact store', Buffer.from(large(500_000))],
    ['the largest that AWS takes', Buffer.from(large(2_999_970))],
  ])('gives %s byte for byte, as a file and never as a page', async (_what, body) => {
    const id = await deliver(app, body);
    const { status, headers, bytes } = await app.download(`/bodies/${id}`);
    expect([status, bytes.equals(body)]).toEqual([200, true]);
    expect(headers).toEqual({
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="${id}.bin"`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': 'no-store',
    });
  });

  it('answers 413 for a body that no answer of Lambda holds, and says how to read it', async () => {
    const id = await deliver(app, large(4_000_000));
    const { status, body } = await app.get(`/bodies/${id}`);
    expect([status, body.detail]).toEqual([413, expect.stringContaining('npm run event')]);
  });

  it('does not know another tenant’s, wherever it is kept, because an id says nothing of its tenant', async () => {
    for (const body of [issueBody('1', 'ABC-1', 1), large(500_000), 'no JSON']) {
      const [own, foreign] = [await deliver(app, body), await deliver(other, body)];
      expect(own).not.toBe(foreign);
      expect((await other.download(`/bodies/${foreign}`)).status).toBe(200);
      const unknown = await app.get(`/bodies/evt_${'0'.repeat(40)}`);
      for (const path of [`/bodies/${foreign}`, `/t/default/bodies/${foreign}`, `/t/b/bodies/${own}`]) {
        const { status, body: problem } = await app.get(path);
        expect([status, problem.detail]).toEqual([404, unknown.body.detail]);
      }
      expect((await app.download(`/t/b/bodies/${foreign}`)).bytes.toString()).toBe(body);
    }
  });

  const plain = issueBody('7', 'ABC-7', 1);
  const apart = plain.replace(
    '"summary"',
    `"customfield_1":"${noise(500_000).toString('base64')}","summary"`,
  );

  it.each([
    ['in the table', plain],
    ['in the artifact store', apart],
  ])(
    'answers 404 for a body %s that is erased or expired, because then nothing may show it',
    async (_where, body) => {
      const id = await deliver(app, body);
      time.now += 31 * DAY_MS;
      expect((await app.get(`/bodies/${id}`)).status).toBe(404);
      time.now -= 31 * DAY_MS;
      expect((await app.download(`/bodies/${id}`)).bytes.toString()).toBe(body);
      const { table, rawBodies } = app.events;
      const issue = { tenant: 'default', issue_id: '7', keys: [], event_ids: [id] };
      await eraseIssue(table, rawBodies, issue, () => {}, signal);
      expect((await app.get(`/bodies/${id}`)).status).toBe(404);
    },
  );

  it('answers 404 for an event whose body alone is gone, because the bucket may forget it first', async () => {
    const id = await deliver(app, large(500_000));
    rmSync(`${folder.path}/artifacts/raw/${id}`);
    expect((await app.get(`/bodies/${id}`)).status).toBe(404);
    expect((await app.get(`/events/${id}`)).status).toBe(200);
  });

  it.each(['evt_x', '..%2F..%2Fpackage.json', `evt_${'A'.repeat(40)}`, `evt_${'0'.repeat(40)}%00`, '%'])(
    'answers 404 for %s, because nothing but an event id reaches the artifact store',
    async (id) => {
      expect((await app.get(`/bodies/${id}`)).status).toBe(404);
    },
  );

  it('is not below /events, because a policy that allows events must leave it out', async () => {
    const id = await deliver(app, 'no JSON');
    for (const path of [`/events/${id}/body`, `/events/bodies/${id}`, `/t/b/events/../bodies/${id}`])
      expect((await app.get(path)).status).toBe(404);
  });
});
