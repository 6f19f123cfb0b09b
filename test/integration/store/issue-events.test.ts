import fc from 'fast-check';
import pMap from 'p-map';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventId, sha256Hex } from '../../../src/domain/event-id.ts';
import type { EventSource } from '../../../src/domain/source.ts';
import { newRunId } from '../../../src/platform/run-id.ts';
import { encodeEventBody } from '../../../src/store/events/event-body.ts';
import type { StoredEvent } from '../../../src/store/events/event-row.ts';
import { type After, listIssueEvents } from '../../../src/store/events/issue-events.ts';
import { putEvent } from '../../../src/store/events/put-event.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { bodyOf, fullUpdate } from '../../support/jira-deliveries.ts';
import { useEngine } from '../../support/use-engine.ts';

const engine = useEngine();

let app: TestApp;
beforeAll(async () => {
  app = await startApp({ endpoint: engine.endpoint });
});

const signal = () => AbortSignal.timeout(60_000);

const RAW = Buffer.from('{}');

let made = 0;

type Named = { source?: EventSource; issue_id: string | null; issue_key: string | null; occurred_ms: number };

/** Puts an event as ingest would have read it. @returns its id */
const put = async ({ source = 'automation', ...named }: Named): Promise<string> => {
  made += 1;
  const event: StoredEvent = {
    tenant: 'default',
    event_id: eventId('default', source, sha256Hex(`event ${made}`)),
    source,
    outcome: 'recorded',
    run_id: newRunId(Date.now()),
    received_ms: Date.now(),
    idempotency_key: String(made),
    problem: null,
    event_name: null,
    secret: null,
    raw_stored_apart: false,
    facts: {
      ...named,
      project_key: null,
      event_type: 'automation',
      issue_event_type: null,
      changes: [],
      actor: null,
      unread_fields: [],
    },
  };
  await putEvent(app.events, event, encodeEventBody(event, RAW), signal());
  return event.event_id;
};

/** The table, and how many calls it got: in all, and most at one time. */
const watched = () => {
  const { table } = app.events;
  const calls = { all: 0, now: 0, most: 0 };
  const send = async (command: never) => {
    calls.all += 1;
    calls.now += 1;
    calls.most = Math.max(calls.most, calls.now);
    try {
      return await table.client.send(command);
    } finally {
      calls.now -= 1;
    }
  };
  const client = Object.assign(Object.create(table.client), { send });
  return { table: { ...table, client }, calls };
};

const idsOf = async (target: string): Promise<string[]> => {
  const { status, body } = await app.get(target);
  expect({ target, status }).toEqual({ target, status: 200 });
  return (body.events as { event_id: string }[]).map(({ event_id }) => event_id);
};

describe('the events of an issue', () => {
  it('are those that named its key alone too, before and after it is known, because either may come first', async () => {
    const early = await put({ issue_id: null, issue_key: 'ABC-1', occurred_ms: 1_000 });
    expect(await idsOf('/issues/ABC-1/events')).toEqual([early]);
    expect(await idsOf('/issues/abc-1/events')).toEqual([early]);
    const issue = { id: '701', key: 'ABC-1', updatedMs: 1_700_000_000_000, text: 'known' };
    const { body } = await app.deliver(bodyOf(fullUpdate(issue, { timestamp: 2_000 })));
    const late = await put({ issue_id: null, issue_key: 'abc-1', occurred_ms: 3_000 });
    for (const asked of ['ABC-1', '701'])
      expect(await idsOf(`/issues/${asked}/events`)).toEqual([late, body.event_id, early]);
  });

  it('are of all keys it had, because a rule named the one of its time', async () => {
    const early = await put({ issue_id: null, issue_key: 'OLD-7', occurred_ms: 1_000 });
    const issue = { id: '702', key: 'NEW-7', updatedMs: 1_700_000_000_000, text: 'moved' };
    const moved = { field: 'Key', fromString: 'OLD-7', toString: 'NEW-7' };
    const model = JSON.parse(bodyOf(fullUpdate(issue, { timestamp: 2_000 })).toString());
    const { body } = await app.deliver(JSON.stringify({ ...model, changelog: { items: [moved] } }));
    const late = await put({ issue_id: null, issue_key: 'NEW-7', occurred_ms: 3_000 });
    for (const asked of ['OLD-7', 'NEW-7', '702'])
      expect(await idsOf(`/issues/${asked}/events`)).toEqual([late, body.event_id, early]);
  });

  it('are not those of a sender that signs, whose bodies name ids', async () => {
    await put({ source: 'jira', issue_id: null, issue_key: 'SIGNED-1', occurred_ms: 1_000 });
    expect((await app.get('/issues/SIGNED-1/events')).status).toBe(404);
  });

  it('come in the same order page by page, whichever list they are of and however many share a millisecond', async () => {
    let issues = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            by_id: fc.boolean(),
            key: fc.constantFrom('A', 'B'),
            ms: fc.integer({ min: 1, max: 4 }),
          }),
          {
            maxLength: 12,
          },
        ),
        fc.integer({ min: 1, max: 5 }),
        async (drawn, limit) => {
          issues += 1;
          const own = issues;
          for (const { by_id, key, ms } of drawn)
            await put({
              issue_id: by_id ? `9${own}` : null,
              issue_key: `${key}${own}-1`,
              occurred_ms: ms,
            });
          const names = { issue_id: `9${own}`, keys: [`A${own}-1`, `B${own}-1`] };
          const read = async (most: number) => {
            const ids: string[] = [];
            let after: After = { by_id: null, by_key: null };
            for (let more = true; more; ) {
              const page = await listIssueEvents(
                { table: app.events.table, tenant: 'default', signal: signal() },
                names,
                { limit: most, after },
              );
              expect(page.entries.length).toBeLessThanOrEqual(most);
              ids.push(...page.entries.map(({ id, occurred_ms }) => `${occurred_ms} ${id}`));
              const last = (list: keyof After) =>
                page.entries.findLast((one) => one.list === list) ?? after[list];
              after = { by_id: last('by_id'), by_key: last('by_key') };
              more = page.more;
            }
            return ids;
          };
          const whole = await read(100);
          expect(whole).toHaveLength(drawn.length);
          expect(new Set(whole).size).toBe(drawn.length);
          expect(whole.map((one) => Number(one[0]))).toEqual(drawn.map(({ ms }) => ms).sort((a, b) => b - a));
          expect(await read(limit)).toEqual(whole);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('of many keys are asked for a few at a time, because a body may name thousands of keys', async () => {
    const keys = Array.from({ length: 60 }, (_, n) => `MANY-${n}`);
    const last = await put({ issue_id: null, issue_key: 'MANY-59', occurred_ms: 1_000 });
    const { table, calls } = watched();
    const place = { table, tenant: 'default', signal: signal() };
    const page = { limit: 5, after: { by_id: null, by_key: null } };
    const { entries } = await listIssueEvents(place, { issue_id: '999', keys }, page);
    expect(entries.map(({ id }) => id)).toEqual([last]);
    expect(calls.all).toBe(61);
    expect(calls.most).toBeLessThanOrEqual(20);
  });

  it('of one millisecond are read in few calls, because a rule over many issues may run in one', async () => {
    const one = () => put({ issue_id: null, issue_key: 'SAME-1', occurred_ms: 1_000 });
    const same = await pMap(Array.from({ length: 300 }), one, { concurrency: 10 });
    const ids = same.sort().reverse();
    const { table, calls } = watched();
    const place = { table, tenant: 'default', signal: signal() };
    const names = { issue_id: null, keys: ['SAME-1'] };
    const first = await listIssueEvents(place, names, { limit: 1, after: { by_id: null, by_key: null } });
    const by_key = first.entries[0] ?? null;
    const second = await listIssueEvents(place, names, { limit: 1, after: { by_id: null, by_key } });
    expect([...first.entries, ...second.entries].map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect([first.more, second.more]).toEqual([true, true]);
    expect(calls.all).toBeLessThanOrEqual(6);
  });

  it('go on by a cursor over HTTP, also where no issue has the key', async () => {
    const put5 = [5, 4, 3, 2, 1].map((ms) => put({ issue_id: null, issue_key: 'PAGE-1', occurred_ms: ms }));
    const all = await Promise.all(put5);
    const found: string[] = [];
    let cursor: unknown = null;
    do {
      const { body } = await app.get(
        `/issues/PAGE-1/events?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`,
      );
      found.push(...(body.events as { event_id: string }[]).map(({ event_id }) => event_id));
      cursor = body.next_cursor;
      if (cursor !== null) expect((await app.get(`/issues/PAGE-2/events?cursor=${cursor}`)).status).toBe(400);
    } while (cursor !== null);
    expect(found).toEqual(all);
  });
});
