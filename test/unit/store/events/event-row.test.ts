import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnreadableRowError } from '../../../../src/errors/errors.ts';
import { compress, decompress } from '../../../../src/platform/codec.ts';
import { encodeEventBody } from '../../../../src/store/events/event-body.ts';
import {
  decodeEvent,
  eventIdOf,
  eventItem,
  type StoredEvent,
} from '../../../../src/store/events/event-row.ts';
import { anyEvent } from '../../../support/any-event.ts';

const RAW = Buffer.from('{"a":\n"body"}\n');
const rowOf = (event: StoredEvent) => eventItem(event, encodeEventBody(event, RAW), 1);

const [EVENT] = fc.sample(
  anyEvent.map((event) => ({ ...event, facts: null })),
  { numRuns: 1, seed: 1 },
) as [StoredEvent];
const ID = EVENT.event_id;
const SECRET_TEXT = 'what a customer wrote';

const faultOf = (row: Record<string, unknown>): unknown => {
  try {
    return decodeEvent(row);
  } catch (fault) {
    return fault;
  }
};

const metaOf = (event: StoredEvent): Record<string, unknown> =>
  JSON.parse(decompress(encodeEventBody({ ...event, raw_stored_apart: true }, RAW)).toString());

const withMeta = (part: object) => ({
  ...rowOf(EVENT),
  body: compress(`${JSON.stringify({ ...metaOf(EVENT), ...part })}\n`),
});

const NO_CHANGE = { field: null, field_id: null, from: null, from_string: null, to: null, to_string: null };

const FACTS = {
  issue_id: null,
  issue_key: null,
  project_key: null,
  event_type: 'x',
  issue_event_type: null,
  changes: [],
  actor: null,
  occurred_ms: 0,
  unread_fields: [],
};

describe('the row of an event', () => {
  it('gives back what was put into it, because a replay starts from nothing else', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        const { event: read, raw } = decodeEvent(rowOf(event));
        expect(read).toEqual(event);
        expect(raw).toEqual(event.raw_stored_apart ? null : RAW);
      }),
    );
  });

  it('fills in what older rows do not have, because those events are still there', () => {
    const { event_name: _name, secret: _secret, ...older } = metaOf({ ...EVENT, raw_stored_apart: false });
    const row = { ...rowOf(EVENT), body: compress(`${JSON.stringify(older)}\n`) };
    expect(decodeEvent(row).event).toMatchObject({ event_name: null, secret: null });
  });

  it.each([
    ['pk', { pk: 'I#default#1' }],
    ['pk', { pk: 7 }],
    ['pk', { pk: 'E#' }],
    ['sk', { sk: 'P' }],
    ['run_id', { run_id: undefined }],
    ['outcome', { outcome: SECRET_TEXT }],
    ['outcome', { outcome: ['applied'] }],
    ['body', { body: undefined }],
    ['body', { body: SECRET_TEXT }],
    ['body', { body: Buffer.from(SECRET_TEXT) }],
    ['body', { body: compress(SECRET_TEXT) }],
    ['body', { body: compress(`"${SECRET_TEXT}"\n`) }],
    ['body', { body: compress('[]\n') }],
    ['body', { body: new Uint8Array() }],
  ])('names %s where that does not fit, because somebody has to find it', (field, part) => {
    const row = { ...rowOf(EVENT), ...part };
    expect(faultOf(row)).toMatchObject({ name: 'UnreadableRowError', field });
  });

  it.each([
    ['body.tenant', { tenant: null }],
    ['body.source', { source: SECRET_TEXT }],
    ['body.facts', { facts: SECRET_TEXT }],
    ['body.facts.issue_id', { facts: { ...FACTS, issue_id: 12 } }],
    ['body.facts.changes', { facts: { ...FACTS, changes: { length: 1 } } }],
    ['body.facts.changes.1.field', { facts: { ...FACTS, changes: [NO_CHANGE, { [SECRET_TEXT]: 1 }] } }],
    ['body.facts.actor.id', { facts: { ...FACTS, actor: { id: {}, display_name: SECRET_TEXT } } }],
    ['body.facts.unread_fields.0', { facts: { ...FACTS, unread_fields: [SECRET_TEXT.length] } }],
    ['body.problem.type', { problem: { type: SECRET_TEXT, status: 422, detail: '', errors: [] } }],
    ['body.received_ms', { received_ms: '1' }],
    ['body.event_name', { event_name: [SECRET_TEXT] }],
    ['body.raw_stored_apart', { raw_stored_apart: 'false' }],
  ])(
    'names %s within its body, and quotes nothing of that, because it is not ours to show',
    (field, part) => {
      const fault = faultOf(withMeta(part));
      expect(fault).toMatchObject({ message: `the row E#${ID} E cannot be read: ${field} does not fit` });
    },
  );

  it('is refused with one kind of fault whatever lies there, because one bad row must not stop the others', () => {
    const hostile = fc.dictionary(fc.constantFrom('pk', 'sk', 'run_id', 'outcome', 'body'), fc.anything());
    fc.assert(
      fc.property(hostile, fc.uint8Array(), (part, bytes) => {
        expect(faultOf(part)).toBeInstanceOf(UnreadableRowError);
        expect(faultOf({ ...rowOf(EVENT), body: compress(bytes) })).toBeInstanceOf(UnreadableRowError);
        expect(faultOf({ ...rowOf(EVENT), ...part, body: null })).toBeInstanceOf(UnreadableRowError);
      }),
    );
  });

  it('keeps its message short, because a key can be anything', () => {
    const fault = faultOf({ ...rowOf(EVENT), pk: 'x'.repeat(2_000) });
    expect(String(fault).length).toBeLessThan(300);
  });

  it('has its id in its key and in that of its status, and no other row has one', () => {
    expect([eventIdOf({ pk: `E#${ID}`, sk: 'E' }), eventIdOf({ pk: `E#${ID}`, sk: 'P' })]).toEqual([ID, ID]);
    for (const pk of ['K#default#A-1', undefined, null, 1])
      expect(() => eventIdOf({ pk, sk: 'E' })).toThrow(UnreadableRowError);
  });
});
