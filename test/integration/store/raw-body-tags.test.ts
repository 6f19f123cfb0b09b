import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventId, sha256Hex } from '../../../src/domain/event-id.ts';
import { replayEvent } from '../../../src/ingest/replay.ts';
import { newRunId } from '../../../src/platform/run-id.ts';
import { prepareEventBody, putEvent } from '../../../src/store/events/put-event.ts';
import type { TestApp } from '../../support/app.ts';
import {
  type Dependencies,
  incompressible,
  largeDelivery,
  startDependencies,
} from '../../support/dependencies.ts';
import type { FakeS3 } from '../../support/s3.ts';

let world: Dependencies;
let s3: FakeS3;
let app: TestApp;

beforeAll(async () => {
  world = await startDependencies();
  const { dependency, open } = await world.withS3();
  s3 = dependency;
  app = open();
});

beforeEach(() => {
  s3.seen.length = 0;
});

afterAll(() => world.close());

const signal = (): AbortSignal => AbortSignal.timeout(10_000);

/** What each write of a body was tagged with, in order; the last one holds. */
const tags = () => s3.seen.map(({ headers }) => headers['x-amz-tagging']);

const idOf = (body: string): string => eventId('default', 'jira', sha256Hex(body));

/** Stores a body as code of another version did: one that could read less, or more. */
const storeAs = async (outcome: 'quarantined' | 'recorded', body: string): Promise<void> => {
  const event = {
    tenant: 'default',
    event_id: idOf(body),
    source: 'jira' as const,
    facts: null,
    idempotency_key: 'an identifier',
    received_ms: Date.now() - 60_000,
    problem:
      outcome === 'quarantined'
        ? { type: 'not-a-jira-webhook' as const, status: 422, detail: 'As it was.', errors: [] }
        : null,
    event_name: null,
    secret: null,
    raw_stored_apart: false,
  };
  const stored = await prepareEventBody(app.events, event, Buffer.from(body), signal());
  await putEvent(app.events, { ...event, outcome, run_id: newRunId(event.received_ms) }, stored, signal());
};

describe('a body in the bucket', () => {
  it('of an event that was taken is not tagged as quarantined, because it goes with its event', async () => {
    expect((await app.deliver(largeDelivery().body)).status).toBe(202);
    expect(tags()).toEqual(['quarantined=false']);
  });

  it('that cannot be taken is tagged as quarantined, because its event lives three times as long', async () => {
    expect((await app.deliver(incompressible(600_000))).status).toBe(400);
    expect(tags()).toEqual(['quarantined=true']);
  });

  it('keeps the tag of its event when it is redelivered and could be read now, because only replay frees it', async () => {
    const { body } = largeDelivery();
    await storeAs('quarantined', body);
    expect((await app.deliver(body)).status).toBe(422);
    expect(tags()).toEqual(['quarantined=true', 'quarantined=false', 'quarantined=true']);
  });

  it('keeps the tag of its event when it is redelivered and can no longer be read', async () => {
    const body = incompressible(600_000);
    await storeAs('recorded', body);
    expect((await app.deliver(body)).status).toBe(200);
    expect(tags()).toEqual(['quarantined=false', 'quarantined=true', 'quarantined=false']);
  });

  it('that is redelivered unchanged is written once more and not twice, because most repeats are retries', async () => {
    const { body } = largeDelivery();
    await app.deliver(body);
    await app.deliver(body);
    expect(tags()).toEqual(['quarantined=false', 'quarantined=false']);
  });

  it('loses the tag when replay frees its event, because that is kept like any other from then on', async () => {
    const { body } = largeDelivery();
    await storeAs('quarantined', body);
    s3.seen.length = 0;
    const replayed = await replayEvent(app.events, idOf(body), Date.now, signal());
    expect(replayed).toEqual({ kind: 'released', outcome: 'applied' });
    const puts = s3.seen.filter(({ request }) => request.startsWith('PUT '));
    expect(puts.map(({ headers }) => headers['x-amz-tagging'])).toEqual(['quarantined=false']);
  });
});
