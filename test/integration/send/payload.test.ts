import { beforeAll, describe, expect, it } from 'vitest';
import { executionIdOf } from '../../../src/domain/execution.ts';
import { type Format, newSubscriptionId } from '../../../src/domain/subscription.ts';
import { readPayload } from '../../../src/send/target/payload.ts';
import { eraseIssue } from '../../../src/store/issues/erase-issue.ts';
import { createTable, openApp, type TestApp } from '../../support/app.ts';
import { type Connected, connect } from '../../support/connected.ts';
import { bodyOf, fieldsOf, fullUpdate } from '../../support/jira-deliveries.ts';
import { noise } from '../../support/seed.ts';
import { temporaryFolder } from '../../support/server-process.ts';
import { useEngine } from '../../support/use-engine.ts';

const engine = useEngine();
const signal = AbortSignal.timeout(300_000);

let app: TestApp;
let rule: Connected;

beforeAll(async () => {
  const folder = await temporaryFolder();
  const env = { ARTIFACTS_DIR: folder.path };
  app = openApp({ endpoint: engine.endpoint, tableName: await createTable(engine.endpoint), env });
  rule = await connect(app.events, {
    kind: 'automation',
    auth: 'header',
    tenant_id: 'default',
    site_url: null,
  });
  return folder.remove;
});

const read = async (
  event_id: string,
  format: Format = 'event',
  tenant_id = 'default',
  nowMs = Date.now(),
) => {
  const execution_id = executionIdOf(event_id, newSubscriptionId());
  const payload = await readPayload(app.events, { event_id, execution_id, tenant_id, format }, nowMs, signal);
  return payload && { ...payload, execution_id, text: Buffer.from(payload.body).toString() };
};

const readJson = async (event_id: string) => {
  const payload = await read(event_id);
  return JSON.parse(payload?.text ?? 'null');
};

const delivered = async (body: string): Promise<string> => String((await app.deliver(body)).body.event_id);

const ruled = async (body: object, headers = {}): Promise<string> =>
  String((await app.deliverTo(rule, JSON.stringify(body), { headers })).body.event_id);

describe('what is sent of an event', () => {
  it('is the issue as it is stored now, not as it was when the event came', async () => {
    const first = fullUpdate({ id: '20001', key: 'PAY-1', text: 'before' });
    const event_id = await delivered(bodyOf(first));
    const later = fullUpdate(
      { id: '20001', key: 'PAY-1', text: 'after', updatedMs: Date.UTC(2024, 4, 2) },
      { timestamp: Date.UTC(2024, 4, 2) },
    );
    await delivered(bodyOf(later));
    const payload = await read(event_id);
    expect(payload?.content_type).toBe('application/json');
    const body = JSON.parse(payload?.text ?? '');
    expect(body).toMatchObject({
      type: 'jira:issue_updated',
      timestamp: '2024-05-01T00:00:01.000Z',
      truncated: [],
      data: {
        event: { event_id, source: 'jira', outcome: 'applied', issue_key: 'PAY-1' },
        issue: { ...fieldsOf(later.issue), tenant_id: 'default', issue_id: '20001', deleted: false },
        issue_source: 'snapshot',
        version: { updated_ms: Date.UTC(2024, 4, 2), timestamp_ms: Date.UTC(2024, 4, 2) },
        execution_id: payload?.execution_id,
      },
    });
    expect(Object.keys(body.data).sort()).toEqual([
      'changes',
      'event',
      'execution_id',
      'issue',
      'issue_source',
      'version',
    ]);
    expect(body.data.event).not.toHaveProperty('processing');
  });

  it('is what a rule says of an issue that is not stored, under the names of a snapshot', async () => {
    const fields = {
      summary: 'From a rule',
      status: { name: 'Open' },
      priority: { name: 'High' },
      labels: ['a'],
      reporter: { emailAddress: 'someone@example.com', displayName: 'Some One' },
    };
    const body = await readJson(await ruled({ issue: { key: 'RULE-1', fields } }));
    expect(body.data).toMatchObject({
      issue_source: 'body',
      issue: {
        issue_id: null,
        issue_key: 'RULE-1',
        project_key: 'RULE',
        summary: 'From a rule',
        status: 'Open',
        priority: 'High',
        labels: ['a'],
        updated_at: null,
        description: null,
      },
      version: null,
    });
    expect(JSON.stringify(body)).not.toContain('someone@example.com');
  });

  it('is the snapshot where a rule names a stored issue by its key', async () => {
    const { issue } = fullUpdate({ id: '20002', key: 'PAY-2' });
    await delivered(bodyOf(fullUpdate({ id: '20002', key: 'PAY-2' })));
    const body = await readJson(await ruled({ issue_key: 'PAY-2' }));
    expect(body.data).toMatchObject({
      issue_source: 'snapshot',
      issue: { issue_id: '20002', summary: issue.text },
    });
  });

  it('is no issue for an event of none', async () => {
    const push = JSON.stringify({ repository: 'acme/web', commits: [] });
    const { body } = await app.deliverCommits('commits', push, {});
    const sent = await readJson(String(body.event_id));
    expect(sent?.data ?? body).toMatchObject({ issue: null, issue_source: 'none', version: null });
  });
});

describe('what is passed on raw', () => {
  it('is the stored bytes under the type that they came with', async () => {
    const text = '{"issue_key" :  "RAW-1", "note":"ü someone@example.com" }';
    const { body } = await app.deliverTo(rule, text, {
      headers: { 'content-type': 'application/json; charset=utf-8' },
    });
    const payload = await read(String(body.event_id), 'raw');
    expect(payload).toMatchObject({ text, content_type: 'application/json; charset=utf-8' });
  });

  it('is whole where the bytes are stored apart, because they do not fit into an item', async () => {
    const text = JSON.stringify({ issue_key: 'RAW-2', note: noise(900_000).toString('hex') });
    const event_id = String((await app.deliverTo(rule, text)).body.event_id);
    expect((await read(event_id, 'raw'))?.text).toBe(text);
    await app.events.rawBodies.remove(event_id, signal);
    expect(await read(event_id, 'raw')).toBeNull();
    expect(await readJson(event_id)).toMatchObject({
      data: { issue: { issue_key: 'RAW-2' }, issue_source: 'body' },
    });
  });
});

describe('nothing is sent', () => {
  it('of an event of another tenant, one that is over, or one that was erased', async () => {
    const event_id = await delivered(bodyOf(fullUpdate({ id: '20003', key: 'PAY-3' })));
    expect(await read(event_id, 'event', 'retail')).toBeNull();
    expect(await read(event_id, 'raw', 'default', Date.now() + 40 * 86_400_000)).toBeNull();
    expect(await read(event_id, 'raw')).not.toBeNull();
    const issue = { tenant: 'default', issue_id: '20003', keys: ['PAY-3'], event_ids: [event_id] };
    await eraseIssue(
      app.events.table,
      app.events.rawBodies,
      issue,
      () => {},
      () => signal,
    );
    expect(await read(event_id)).toBeNull();
    expect(await read(event_id, 'raw')).toBeNull();
  });
});
