import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { objectsInFolder } from '../../../../src/platform/objects-in-folder.ts';
import type { EventContents } from '../../../../src/store/events/event-body.ts';
import { decodeEvent } from '../../../../src/store/events/event-row.ts';
import { type EventStore, prepareEventBody, rawBodiesIn } from '../../../../src/store/events/put-event.ts';
import { noise } from '../../../support/seed.ts';

const signal = AbortSignal.timeout(60_000);

const text = (length: number): string => noise(length).toString('base64').slice(0, length);

/** Keeps no raw body: what is asked for is only what the event itself holds. */
const store: EventStore = {
  table: { name: 'none', client: undefined as never, documentClient: undefined as never },
  rawBodies: { put: async () => {}, get: async () => null, remove: async () => {} },
  retention_days: 30,
};

const LONG = text(520_000);

const RAW = noise(400_000);

const event = (characters: number, unsigned: Partial<EventContents>): EventContents => ({
  tenant: 'default',
  event_id: `evt_${'0'.repeat(40)}`,
  source: 'jira',
  facts: {
    issue_id: '1',
    issue_key: 'A-1',
    project_key: 'A',
    event_type: 'jira:issue_updated',
    issue_event_type: null,
    changes: [
      {
        field: 'description',
        field_id: null,
        from: null,
        from_string: LONG.slice(0, characters),
        to: null,
        to_string: null,
      },
    ],
    actor: null,
    occurred_ms: 1,
    unread_fields: [],
  },
  idempotency_key: 'x',
  received_ms: 1,
  problem: null,
  event_name: null,
  secret: null,
  raw_stored_apart: false,
  ...unsigned,
});

const isKept = async (characters: number, unsigned: Partial<EventContents> = {}): Promise<boolean> => {
  const body = await prepareEventBody(store, event(characters, unsigned), RAW, signal);
  const { facts } = decodeEvent({ pk: 'E#evt_1', sk: 'E', run_id: '1', outcome: 'applied', body }).event;
  return facts?.changes.length === 1;
};

/** The most characters of a change that are kept beside a short identifier. */
const mostKept = async (): Promise<number> => {
  let [kept, dropped] = [400_000, LONG.length];
  while (dropped - kept > 1) {
    const middle = Math.floor((kept + dropped) / 2);
    if (await isKept(middle)) kept = middle;
    else dropped = middle;
  }
  return kept;
};

describe('what an event keeps of its changes', () => {
  it('is the same whatever nobody signed, because the same body must be stored the same', async () => {
    const most = await mostKept();
    const unsigned: Partial<EventContents>[] = [
      { idempotency_key: text(255) },
      { event_name: text(200) },
      { received_ms: 253_402_300_799_999 },
      { secret: 'jira_webhook_secret_previous' },
    ];
    for (const beside of [...unsigned, Object.assign({}, ...unsigned)])
      expect([await isKept(most, beside), await isKept(most + 1, beside)]).toEqual([true, false]);
  });
});

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'raw-bodies-'));
});

afterEach(() => rm(folder, { recursive: true }));

describe('removing a raw body', () => {
  it('is done where there was none, because the command is run again after a crash', async () => {
    await expect(rawBodiesIn(objectsInFolder(folder)).remove('evt_1', signal)).resolves.toBeUndefined();
  });

  it('fails where the folder cannot be read, because a person’s data may still lie there', async () => {
    const file = join(folder, 'artifacts');
    await writeFile(file, 'no folder');
    await expect(rawBodiesIn(objectsInFolder(folder)).remove('evt_1', signal)).rejects.toMatchObject({
      dependency: 'artifacts',
    });
  });
});
