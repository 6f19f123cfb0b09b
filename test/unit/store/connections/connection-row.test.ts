import { describe, expect, it } from 'vitest';
import { UnreadableRowError } from '../../../../src/errors/errors.ts';
import { connectionItem, readConnectionRow } from '../../../../src/store/connections/connection-row.ts';
import { someConnection } from '../../../support/connections.ts';

const connection = someConnection();
const UNUSED = { last_received_ms: null, last_refused_ms: null, last_used_ms: null };

/** The row of a connection as other code may have written it. */
const rowWith = (differing: object) => ({
  ...connectionItem(connection),
  decided: JSON.stringify({ ...connection, ...differing }),
});

describe('the row of a connection', () => {
  it('says what it was made of', () => {
    expect(readConnectionRow(connectionItem(connection))).toEqual({ ...connection, ...UNUSED });
  });

  it('keeps what newer code wrote beside it, because a change by this code must not lose it', () => {
    const current = { ...connection.current, digest_of: 'x' };
    const read = readConnectionRow(rowWith({ targets: ['t'], current }));
    const again = readConnectionRow(connectionItem({ ...read, name: 'changed' }));
    expect(again).toMatchObject({ targets: ['t'], current: { digest_of: 'x' }, name: 'changed' });
  });

  it('never holds what deliveries left among what people decide', () => {
    const used = { ...connection, last_received_ms: 7, last_refused_ms: 8, last_used_ms: 9 };
    expect(connectionItem(used)).toEqual(connectionItem(connection));
    expect(readConnectionRow(rowWith({ last_received_ms: 7 }))).toMatchObject(UNUSED);
  });

  it.each<[string, object]>([
    ['a kind', { kind: 'carrier-pigeon' }],
    ['a way to prove', { auth: 'mtls' }],
    ['a status', { status: 'paused' }],
    ['a way to keep a secret', { current: { from: 'vault', version: 1 } }],
    ['a previous secret', { previous: { from: 'vault', version: 1 } }],
    ['an encoding', { current: { ...connection.current, encoding: 'hex' } }],
    ['a rate', { rate: { per_hour: 1 } }],
    ['a rate of nothing', { rate: { per_minute: 0 } }],
    ['a digest', { current: { from: 'digest', version: 1, sha256: 'ABC' } }],
    ['a version', { current: { ...connection.current, version: 1.5 } }],
    ['a tenant', { tenant_id: 'a#b' }],
    ['no tenant', { tenant_id: undefined }],
    ['an id', { connection_id: 'con_x' }],
    ['another id', { connection_id: someConnection().connection_id }],
    ['a revision', { rev: 2 }],
    ['a list', { allowed_cidrs: null }],
  ])('that has %s this code does not know is a fault of ours, never a refusal', (_, differing) => {
    expect(() => readConnectionRow(rowWith(differing))).toThrow(UnreadableRowError);
  });

  it.each(['', '{', 'null', '[]', '"x"', '7', '{"__proto__":{}}'])('of %j is no connection', (decided) => {
    expect(() => readConnectionRow({ ...connectionItem(connection), decided })).toThrow(UnreadableRowError);
  });

  it('that cannot be read is named without what is in it', () => {
    const sealed = 'c2VjcmV0';
    const row = rowWith({ current: { from: 'sealed', version: 1, master: 'one', encoding: 'text', sealed } });
    expect(() => readConnectionRow(row)).toThrow(
      `the row CON#${connection.connection_id} C cannot be read: current.master does not fit`,
    );
    for (const decided of [`{"sealed":"${sealed}`, `"${sealed}"`])
      try {
        readConnectionRow({ ...row, decided });
        expect.unreachable();
      } catch (fault) {
        expect(String(fault)).not.toContain(sealed);
      }
  });
});
