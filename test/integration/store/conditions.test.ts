import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { NO_FIELDS } from '../../../src/domain/issue.ts';
import { putRevision } from '../../../src/store/calls/conditional-write.ts';
import { eventKey, snapshotKey } from '../../../src/store/calls/keys.ts';
import { getItem, type Item, type Table } from '../../../src/store/calls/table.ts';
import { decodeEvent } from '../../../src/store/events/event-row.ts';
import { putSnapshot, putTombstone } from '../../../src/store/issues/put-snapshot.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { depth } from '../../support/depth.ts';
import { noise } from '../../support/seed.ts';
import { useEngine } from '../../support/use-engine.ts';

const TENANT = 'default';
const signal = AbortSignal.timeout(120_000);

const engine = useEngine();
let app: TestApp;
let table: Table;

beforeEach(async () => {
  app = await startApp({ endpoint: engine.endpoint });
  ({ table } = app.events);
});

const rowOf = (id: string): Promise<Item | null> => getItem({ table, signal }, snapshotKey(TENANT, id));

describe('a mark of deletion', () => {
  const mark = (event_id: string, deleted_ms: number | null) =>
    putTombstone({ table, signal }, { tenant: TENANT, issue_id: '1', event_id, deleted_ms, keys: ['A-1'] });

  it('without a time is set once, because a second one says nothing more', async () => {
    expect(await mark('evt_1', null)).toBe('applied');
    expect(await mark('evt_2', null)).toBe('stale');
    const row = await rowOf('1');
    expect(row).toMatchObject({ deleted: true, deleted_event_id: 'evt_1' });
    expect(row).not.toHaveProperty('deleted_ms');
  });

  it('with a time takes the place of one without and of a later one, because the earliest seen stays', async () => {
    expect(await mark('evt_1', null)).toBe('applied');
    expect(await mark('evt_2', 500)).toBe('applied');
    expect(await mark('evt_3', 600)).toBe('stale');
    expect(await mark('evt_4', 500)).toBe('stale');
    expect(await mark('evt_5', null)).toBe('stale');
    expect(await mark('evt_6', 400)).toBe('applied');
    expect(await rowOf('1')).toMatchObject({
      deleted: true,
      deleted_event_id: 'evt_6',
      deleted_ms: 400,
    });
  });

  it('is that of the smaller event id where times are the same, because arrival must not decide', async () => {
    expect(await mark('evt_5', 500)).toBe('applied');
    expect(await mark('evt_7', 500)).toBe('stale');
    expect(await mark('evt_3', 500)).toBe('applied');
    expect(await mark('evt_5', 500)).toBe('stale');
    expect(await rowOf('1')).toMatchObject({ deleted_event_id: 'evt_3', deleted_ms: 500 });
  });

  it('ends the same in every order, however often each comes, because Jira resends what it sent', {
    tags: ['deep'],
  }, async () => {
    const one = fc.record({
      event_id: fc.constantFrom('evt_1', 'evt_2', 'evt_3', 'evt_4'),
      deleted_ms: fc.constantFrom(null, 0, 400, 500),
    });
    const drawn = fc.uniqueArray(one, { selector: ({ event_id }) => event_id, minLength: 2 }).chain((marks) =>
      fc.record({
        marks: fc.constant(marks),
        order: fc.shuffledSubarray([...marks, ...marks], { minLength: marks.length * 2 }),
      }),
    );
    let issues = 10;
    const property = fc.asyncProperty(drawn, async ({ marks, order }) => {
      const timed = marks.filter(({ deleted_ms }) => deleted_ms !== null);
      const [first] = (timed.length > 0 ? timed : marks).toSorted(
        (a, b) => Number(a.deleted_ms) - Number(b.deleted_ms) || (a.event_id < b.event_id ? -1 : 1),
      );
      issues += 1;
      const at = { tenant: TENANT, issue_id: String(issues), keys: [] };
      for (const next of order) await putTombstone({ table, signal }, { ...at, ...next });
      const { pk, sk, ...row } = (await rowOf(at.issue_id)) ?? {};
      expect(row).toEqual({
        deleted: true,
        deleted_event_id: first?.event_id,
        ...(first?.deleted_ms === null ? {} : { deleted_ms: first?.deleted_ms }),
      });
    });
    await fc.assert(property, { numRuns: depth(8, 60) });
  });

  it('is applied for whoever set it, however often he comes, because an answer may have been lost', async () => {
    for (const event_id of ['evt_1', 'evt_1']) expect(await mark(event_id, 500)).toBe('applied');
  });
});

describe('a row with a revision', () => {
  const key = { pk: 'V#default#1', sk: 'I#1' };
  const put = (text: string, read: number | null) => putRevision({ table, signal }, { ...key, text }, read);
  const stored = () => getItem({ table, signal }, key);

  it('is put where none was read only if there is none, because somebody else may have made it', async () => {
    expect(await put('one', null)).toBe(true);
    expect(await put('two', null)).toBe(false);
    expect(await stored()).toEqual({ ...key, text: 'one', rev: 1 });
  });

  it('is put over the one that was read and no other, because what it says was derived from that', async () => {
    await put('one', null);
    expect(await put('two', 1)).toBe(true);
    expect(await put('late', 1)).toBe(false);
    expect(await put('early', 7)).toBe(false);
    expect(await stored()).toEqual({ ...key, text: 'two', rev: 2 });
  });

  it('is not put over one that is gone, because it was taken away for a reason', async () => {
    expect(await put('late', 1)).toBe(false);
    expect(await stored()).toBeNull();
  });
});

describe('a snapshot', () => {
  const TIMES = { issue_level: 'standard', updated_at: '', phoenix_updated_at: '' } as const;
  type Change = { minute: number; project?: string | null; keys?: string[]; isNew?: boolean };

  const put = ({ minute, project = 'A', keys = ['A-1'], isNew = false }: Change) =>
    putSnapshot(
      { table, signal },
      {
        tenant: TENANT,
        issue_id: '1',
        version: { updated_ms: minute, timestamp_ms: minute, event_id: `evt_${minute}` },
        fields: { ...NO_FIELDS, issue_key: keys[0] ?? '', project_key: project, ...TIMES },
        body: Buffer.from(`minute ${minute}`),
        keys,
        keys_are_new: isNew,
      },
    );

  it('leaves the index of its project when it names none any more, because nobody looks for it there', async () => {
    await put({ minute: 1 });
    expect(await rowOf('1')).toMatchObject({ project_pk: 'default#A', project_sk: '1'.padStart(20, '0') });
    expect(await put({ minute: 2, project: null })).toBe('applied');
    const row = await rowOf('1');
    expect(row).toMatchObject({ updated_ms: 2 });
    expect(row).not.toHaveProperty('project_pk');
    expect(row).not.toHaveProperty('project_sk');
  });

  it('makes every one of its keys find it, because a row that knows one may not know the other', async () => {
    await put({ minute: 1, keys: ['A-1'] });
    expect(await put({ minute: 2, keys: ['A-1', 'B-2'] })).toBe('applied');
    expect(await rowOf('1')).toMatchObject({ aliased: new Set(['A-1', 'B-2']) });
    expect(await getItem({ table, signal }, { pk: 'K#default#B-2', sk: 'I#1' })).not.toBeNull();
  });

  it.each([true, false])(
    'that is older, its keys new: %s, is stale and changes nothing, because versions decide',
    async (isNew) => {
      await put({ minute: 5, isNew });
      expect(await put({ minute: 4, isNew })).toBe('stale');
      expect(await put({ minute: 5, isNew })).toBe('applied');
      expect(await rowOf('1')).toMatchObject({
        updated_ms: 5,
        body: Uint8Array.from(Buffer.from('minute 5')),
      });
    },
  );
});

describe('the raw body of an event', () => {
  const deliver = async (description: string) => {
    const fields = { updated: '2026-10-20T09:00:03.552-0700', summary: 'Import', description };
    const body = JSON.stringify({
      timestamp: 1_792_512_003_777,
      webhookEvent: 'jira:issue_updated',
      issue: { id: '1', key: 'A-1', fields },
    });
    const event_id = String((await app.deliver(body)).body.event_id);
    const row = await getItem({ table, signal }, eventKey(event_id));
    if (row === null) throw new Error('the event is not stored');
    return { body, event: decodeEvent(row).event, apart: await app.events.rawBodies.get(event_id, signal) };
  };

  it('lies in the event where it fits, because one write is less than two', async () => {
    const { event, apart } = await deliver('short');
    expect(event).toMatchObject({ raw_stored_apart: false, facts: { issue_key: 'A-1' } });
    expect(apart).toBeNull();
  });

  it('lies apart where it does not, and the event says so and keeps its facts', async () => {
    const { body, event, apart } = await deliver(noise(500_000).toString('base64'));
    expect(event).toMatchObject({ raw_stored_apart: true, facts: { issue_key: 'A-1', unread_fields: [] } });
    expect(Buffer.from(apart ?? []).toString()).toBe(body);
  });
});
