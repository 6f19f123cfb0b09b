import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMIT_SOURCES, type Source } from '../../../src/domain/source.ts';
import { type Replayed, replayEvent } from '../../../src/ingest/replay.ts';
import { compress, decompress } from '../../../src/platform/codec.ts';
import { decodeEvent, eventItem, type StoredEvent } from '../../../src/store/events/event-row.ts';
import { prepareEventBody, putEvent } from '../../../src/store/events/put-event.ts';
import { getEvent } from '../../../src/store/events/read-events.ts';
import type { TestApp } from '../../support/app.ts';
import { commitDelivery, pushHeader, pushType } from '../../support/commit-deliveries.ts';
import { type Dependencies, incompressible, startDependencies } from '../../support/dependencies.ts';

let world: Dependencies;
let app: TestApp;

beforeAll(async () => {
  world = await startDependencies();
  app = world.reader;
});

afterAll(() => world.close());

const signal = () => AbortSignal.timeout(10_000);

const replay = (eventId: string): Promise<Replayed> => replayEvent(app.events, eventId, Date.now, signal());

let quarantined = 0;

/** Stores a body as a parser of yesterday did that could not read it. */
const quarantine = async (source: Source, event_name: string | null, body: string): Promise<string> => {
  quarantined += 1;
  const event: StoredEvent = {
    tenant: 'default',
    event_id: `evt_${String(quarantined).padStart(40, '0')}`,
    source,
    outcome: 'quarantined',
    facts: null,
    idempotency_key: 'the first identifier',
    received_ms: Date.now() - 60_000,
    run_id: `01KJ${String(quarantined).padStart(22, '0')}`,
    problem: { type: 'not-a-commit-delivery', status: 422, detail: 'As it was.', errors: [] },
    event_name,
    secret: null,
    raw_stored_apart: false,
  };
  const stored = await prepareEventBody(app.events, event, Buffer.from(body), signal());
  expect(await putEvent(app.events, event, stored, signal())).toBeNull();
  return event.event_id;
};

describe.each(COMMIT_SOURCES)('a replay of an event from %s', (source) => {
  it('takes it out of quarantine once its body can be read, and keeps body and names', async () => {
    const body = commitDelivery(source);
    const id = await quarantine(source, pushHeader(source), body);
    expect(await replay(id)).toEqual({ kind: 'released', outcome: 'recorded' });
    expect((await app.get(`/events/${id}`)).body).toMatchObject({
      source,
      outcome: 'recorded',
      event_type: pushType(source),
      idempotency_key: 'the first identifier',
      problem: null,
    });
    const found = await getEvent({ ...app.events, signal: signal() }, id, Date.now());
    expect(found?.raw).toEqual(Buffer.from(body));
    expect(found?.event.event_name).toBe(pushHeader(source));
  });

  it('leaves it in quarantine while its body cannot be read, and says why', async () => {
    const id = await quarantine(
      source,
      pushHeader(source),
      '{"repository":7,"commits":[],"push":{"changes":[]}}',
    );
    expect(await replay(id)).toMatchObject({
      kind: 'still-refused',
      problem: { type: 'not-a-commit-delivery', status: 422 },
    });
    expect((await app.get(`/events/${id}`)).body.outcome).toBe('quarantined');
  });

  it('changes nothing in an event that was taken, however large', async () => {
    for (const message of ['DEMO-1 small', incompressible(600_000)]) {
      const { event_id } = (await app.deliverCommits(source, commitDelivery(source, message))).body;
      const before = (await app.get(`/events/${event_id}`)).body;
      expect(await replay(String(event_id))).toEqual({ kind: 'replayed', outcome: 'recorded' });
      expect((await app.get(`/events/${event_id}`)).body).toEqual(before);
    }
  });
});

describe('a replay', () => {
  it.each([null, '', 'star', 'push', 'no name'])(
    'reads a body under the event header %j, because nobody signed that',
    async (eventName) => {
      const id = await quarantine('github', eventName, commitDelivery('github'));
      expect(await replay(id)).toEqual({ kind: 'released', outcome: 'recorded' });
    },
  );

  it("reads a Jira body as Jira's, whatever it looks like", async () => {
    const id = await quarantine('jira', null, commitDelivery('commits'));
    expect(await replay(id)).toMatchObject({
      kind: 'still-refused',
      problem: { type: 'not-a-jira-webhook' },
    });
  });
});

describe('an older row', () => {
  const withoutMember = async (member: string) => {
    const { event_id } = (await app.deliver('{"webhookEvent":"sprint_closed","sprint":{"id":1}}')).body;
    const found = await getEvent({ ...app.events, signal: signal() }, String(event_id), Date.now());
    if (!found) throw new Error('the event is missing');
    const body = await prepareEventBody(app.events, found.event, Buffer.from('{}'), signal());
    const text = decompress(body).toString();
    expect(text).toContain(member);
    return {
      event: found.event,
      old: decodeEvent(eventItem(found.event, compress(text.replace(member, '')), 0)),
    };
  };

  it('has no event header, because only Jira delivered then', async () => {
    const { event, old } = await withoutMember('"event_name":null,');
    expect(old.event).toEqual(event);
  });

  it('does not say which key verified it, because that was not kept', async () => {
    const { event, old } = await withoutMember('"secret":"JIRA_WEBHOOK_SECRET",');
    expect(old.event).toEqual({ ...event, secret: null });
  });
});
