import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Replayed, replayEvent } from '../../../src/ingest/replay.ts';
import { snapshotKey } from '../../../src/store/calls/keys.ts';
import { prepareEventBody, putEvent } from '../../../src/store/events/put-event.ts';
import { createTable, openApp, type TestApp } from '../../support/app.ts';
import { freshDelivery, largeDelivery } from '../../support/dependencies.ts';
import { startTestEngine } from '../../support/engine.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { bodyOf, fullUpdate } from '../../support/jira-deliveries.ts';
import { temporaryFolder } from '../../support/server-process.ts';

let engine: Awaited<ReturnType<typeof startTestEngine>>;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let proxy: FaultProxy;
let app: TestApp;

beforeAll(async () => {
  [engine, folder] = await Promise.all([startTestEngine(), temporaryFolder()]);
  proxy = await startFaultProxy(engine.endpoint);
  const tableName = await createTable(engine.endpoint);
  app = openApp({ endpoint: proxy.endpoint, tableName, env: { ARTIFACTS_DIR: folder.path } });
});

afterAll(async () => {
  await Promise.all([engine.stop(), proxy.close(), folder.remove()]);
});

const replay = (eventId: unknown): Promise<Replayed> =>
  replayEvent(app.events, String(eventId), Date.now, AbortSignal.timeout(10_000));

/** Everything the read side shows of an issue. */
const picture = async (id: string) => {
  const [issue, events] = await Promise.all([app.get(`/issues/${id}`), app.get(`/issues/${id}/events`)]);
  return { issue: issue.body, events: events.body };
};

/** Stores a body as a parser of yesterday did that could not read it. */
const quarantine = async (eventId: string, body: string): Promise<string> => {
  const event = {
    tenant: 'default',
    event_id: eventId,
    source: 'jira' as const,
    outcome: 'quarantined' as const,
    facts: null,
    idempotency_key: 'the first identifier',
    received_ms: Date.now() - 60_000,
    run_id: `01KJ00000000000000000${eventId.slice(-5)}`,
    problem: { type: 'not-a-jira-webhook' as const, status: 422, detail: 'As it was.', errors: [] },
    event_name: null,
    secret: null,
    raw_stored_apart: false,
  };
  const signal = AbortSignal.timeout(10_000);
  const stored = await prepareEventBody(app.events, event, Buffer.from(body), signal);
  expect(await putEvent(app.events, event, stored, signal)).toBeNull();
  return eventId;
};

const idOf = (digit: string): string => `evt_${digit.repeat(40)}`;

describe('a replay after the normalizer changed', () => {
  /** Makes the stored fields look like those of the normalizer before this one. */
  const age = (id: string) =>
    app.events.table.documentClient.send(
      new UpdateCommand({
        TableName: app.events.table.name,
        Key: snapshotKey('default', id),
        UpdateExpression: 'SET schema_version = :old REMOVE body, project_pk, project_sk',
        ExpressionAttributeValues: { ':old': 0 },
      }),
    );

  it('writes the fields again, because the same version under an older normalizer loses', async () => {
    const { id, body } = freshDelivery();
    const { body: answer } = await app.deliver(body);
    const before = await picture(id);
    await age(id);
    expect((await app.get(`/issues/${id}`)).body).toMatchObject({ summary: null, schema_version: 0 });
    expect(await replay(answer.event_id)).toEqual({ kind: 'replayed', outcome: 'applied' });
    expect(await picture(id)).toEqual(before);
  });

  it('leaves the fields of a newer delivery alone, whoever is replayed first', async () => {
    const { id, key, body } = freshDelivery();
    const newer = bodyOf(fullUpdate({ id, key, text: 'newer', updatedMs: Date.UTC(2024, 5, 1) }));
    const [old, young] = [await app.deliver(body), await app.deliver(newer)];
    const before = await picture(id);
    await age(id);
    expect(await replay(old.body.event_id)).toEqual({ kind: 'replayed', outcome: 'stale' });
    expect(await replay(young.body.event_id)).toEqual({ kind: 'replayed', outcome: 'applied' });
    expect(await picture(id)).toEqual(before);
  });
});

describe('a replay of what was taken', () => {
  it('changes nothing, however often', async () => {
    const { id, key, body } = freshDelivery();
    const deletion = bodyOf(fullUpdate({ id, key }, { event: 'jira:issue_deleted', form: 'partial' }));
    const answers = [await app.deliver(body), await app.deliver(deletion)];
    const before = await picture(id);
    for (const { body: answer } of [...answers, ...answers])
      expect(await replay(answer.event_id)).toEqual({ kind: 'replayed', outcome: 'applied' });
    expect(await picture(id)).toEqual(before);
  });

  it('reads a large body from the artifact store, and says so when it is gone', async () => {
    const { body } = largeDelivery();
    const { body: answer } = await app.deliver(body);
    expect(await replay(answer.event_id)).toEqual({ kind: 'replayed', outcome: 'applied' });
    await app.events.rawBodies.remove(String(answer.event_id), AbortSignal.timeout(10_000));
    expect(await replay(answer.event_id)).toEqual({ kind: 'body-missing' });
  });

  it('finds nothing under an id nobody was given', async () => {
    expect(await replay(idOf('f'))).toEqual({ kind: 'not-found' });
  });
});

describe('a replay after the parser learned', () => {
  it('takes the event out of quarantine with its place, time and identifier', async () => {
    const { id, key, body } = freshDelivery();
    const eventId = await quarantine(idOf('1'), body);
    const { problem, ...before } = (await app.get(`/events/${eventId}`)).body;
    expect(problem).toMatchObject({ status: 422 });
    expect(await replay(eventId)).toEqual({ kind: 'released', outcome: 'applied' });
    const { body: after } = await app.get(`/events/${eventId}`);
    expect(after).toMatchObject({
      outcome: 'applied',
      problem: null,
      issue_key: key,
      idempotency_key: 'the first identifier',
      received_at: before.received_at,
      run_id: before.run_id,
    });
    expect((await picture(id)).events.events).toEqual([after]);
    expect((await app.get(`/issues/${key}`)).body.last_event).toMatchObject({ event_id: eventId });
  });

  it('changes nothing the second time', async () => {
    const { id, body } = freshDelivery();
    const eventId = await quarantine(idOf('2'), body);
    await replay(eventId);
    const before = await picture(id);
    expect(await replay(eventId)).toEqual({ kind: 'replayed', outcome: 'applied' });
    expect(await picture(id)).toEqual(before);
  });

  it('goes on after a crash between the two writes, because the event is still in quarantine', async () => {
    const { id, body } = freshDelivery();
    const eventId = await quarantine(idOf('3'), body);
    proxy.fail(
      { kind: 'error', status: 400, type: 'AccessDeniedException' },
      { when: (sent) => sent.includes('E#evt_33') && sent.includes('quarantined') },
    );
    await expect(replay(eventId)).rejects.toThrow('table unavailable');
    proxy.heal();
    expect((await app.get(`/events/${eventId}`)).body.outcome).toBe('quarantined');
    expect(await replay(eventId)).toEqual({ kind: 'released', outcome: 'applied' });
    expect((await picture(id)).events.events).toMatchObject([{ event_id: eventId, outcome: 'applied' }]);
  });

  it('leaves in quarantine what still cannot be read', async () => {
    const { body } = await app.deliver('still no JSON');
    expect(await replay(body.event_id)).toMatchObject({ kind: 'still-refused', problem: { status: 400 } });
    expect((await app.get(`/events/${body.event_id}`)).body.outcome).toBe('quarantined');
  });
});

describe('a replay after the table refused an item', () => {
  it('ingests the body once the cause is fixed', async () => {
    const { id, body } = freshDelivery();
    proxy.fail({ kind: 'error', status: 400, type: 'ValidationException' }, { times: 1 });
    const { body: answer } = await app.deliver(body);
    expect(answer.status).toBe(422);
    expect(await replay(answer.event_id)).toEqual({ kind: 'released', outcome: 'applied' });
    expect((await picture(id)).events.events).toMatchObject([
      { event_id: answer.event_id, outcome: 'applied' },
    ]);
    expect((await app.deliver(body)).status).toBe(200);
  });
});
