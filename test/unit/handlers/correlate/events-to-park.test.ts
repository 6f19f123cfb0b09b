import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { TTL_ATTRIBUTE } from '../../../../src/contract/table.ts';
import { eventsToPark } from '../../../../src/handlers/correlate/events-to-park.ts';
import type { Due, Unit } from '../../../../src/handlers/correlate/units.ts';
import { eventKey, snapshotKey } from '../../../../src/store/keys.ts';
import { onScripted } from '../../../support/scripted-database.ts';

const parkWith = (rows: object[], unit: Unit): Promise<Due[]> =>
  onScripted(
    (_operation, { Key }) => {
      const wanted = JSON.stringify(Key);
      const row = rows
        .map((one) => marshall(one))
        .find(({ pk, sk }) => JSON.stringify({ pk, sk }) === wanted);
      return row ? { Item: row } : {};
    },
    (table) => eventsToPark({ table, tenant: 'default', clock: () => 4_999 }, unit),
  );

const due = { event_id: 'evt_1', expires_at: 5 };
const lonely: Unit = { kind: 'issue', issue_id: '10001', keys: new Set(), events: [] };
const snapshot = snapshotKey('default', '10001');
const event = { ...eventKey('evt_1'), [TTL_ATTRIBUTE]: 5 };

describe('what a failed unit is parked under', () => {
  it('is its own events, because they are what comes again', async () => {
    expect(await parkWith([], { ...lonely, events: [due] })).toEqual([due]);
    const alone: Unit = { kind: 'event', unpack: async () => ({ kind: 'nothing' }), events: [] };
    expect(await parkWith([], alone)).toEqual([]);
  });

  it.each([
    ['changed', { event_id: 'evt_1' }],
    ['deleted', { deleted_event_id: 'evt_1' }],
  ])('is the event that %s the snapshot, where only that one’s record came', async (_what, names) => {
    expect(await parkWith([{ ...snapshot, ...names }, event], lonely)).toEqual([due]);
  });

  it.each([
    ['there is no snapshot', [event]],
    ['the snapshot names no event', [snapshot, event]],
    ['the event is not stored yet', [{ ...snapshot, event_id: 'evt_1' }]],
    [
      'the event has expired',
      [
        { ...snapshot, event_id: 'evt_1' },
        { ...event, [TTL_ATTRIBUTE]: 4 },
      ],
    ],
  ])('is nothing where %s, because its sender will bring it', async (_what, rows) => {
    expect(await parkWith(rows, lonely)).toEqual([]);
  });
});
