import { beforeEach, describe, expect, it } from 'vitest';
import { adminEventId } from '../../../src/domain/event-id.ts';
import { rotated } from '../../../src/domain/rotation.ts';
import { UnavailableError } from '../../../src/errors/errors.ts';
import { embeddedConfig } from '../../../src/local/aws-config.ts';
import { createDocumentClient, createDynamoDb } from '../../../src/platform/dynamodb.ts';
import { connectionKey, eventKey, tenantKey } from '../../../src/store/calls/keys.ts';
import { getItem, type Table } from '../../../src/store/calls/table.ts';
import {
  changeConnection,
  createConnection,
  removeConnection,
} from '../../../src/store/connections/change-connection.ts';
import { getConnection, listConnections } from '../../../src/store/connections/connection-row.ts';
import { readTenants } from '../../../src/store/connections/tenants.ts';
import { createNoteUse } from '../../../src/store/connections/use.ts';
import { decodeEvent } from '../../../src/store/events/event-row.ts';
import { createTable } from '../../support/app.ts';
import { someConnection, someRun } from '../../support/connections.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { useEngine } from '../../support/use-engine.ts';

const engine = useEngine();
let table: Table;
let name: string;
const signal = AbortSignal.timeout(300_000);

const tableAt = (endpoint: string): Table => ({
  client: createDynamoDb(embeddedConfig(endpoint)),
  documentClient: createDocumentClient(embeddedConfig(endpoint)),
  name,
});

beforeEach(async () => {
  name = await createTable(engine.endpoint);
  table = tableAt(engine.endpoint);
});

const created = { who: 'arn:aws:iam::1:user/ann', what: 'connection-created' } as const;
const changed = { who: 'arn:aws:iam::1:user/bob', what: 'connection-changed' } as const;
const removed = { who: 'local', what: 'connection-removed' } as const;

const get = (id: string) => getConnection({ table, signal }, id);

const auditOf = async (tenant: string, id: string, rev: number) => {
  const row = await getItem({ table, signal }, eventKey(adminEventId(tenant, id, rev)));
  return row && { row, said: JSON.parse(String(decodeEvent(row).raw)), event: decodeEvent(row).event };
};

const listed = async (tenant: string): Promise<string[]> => {
  const found: string[] = [];
  for await (const page of listConnections({ table, tenant, newSignal: () => signal }))
    found.push(...page.map(({ connection_id }) => connection_id));
  return found;
};

describe('a connection', () => {
  it('is read as it was made, and nothing of it was used yet', async () => {
    const connection = someConnection({ name: 'Größe "1"\u0000', project_keys: ['OPS'] });
    expect(await createConnection({ table }, connection, created, someRun())).toBe('created');
    const unused = { last_received_ms: null, last_refused_ms: null, last_used_ms: null };
    expect(await get(connection.connection_id)).toEqual({ ...connection, ...unused });
    expect(await get(someConnection().connection_id)).toBeNull();
  });

  it('is listed among those of its tenant in the order they were made, and nowhere else', async () => {
    const made = [3, 1, 2].map((ms) => someConnection({ created_ms: ms }));
    for (const connection of made) await createConnection({ table }, connection, created, someRun());
    const other = someConnection({ tenant_id: 'retail-2', site_url: null });
    await createConnection({ table }, other, created, someRun());
    const [third, first, second] = made.map(({ connection_id }) => connection_id);
    expect(await listed('retail')).toEqual([first, second, third]);
    expect(await listed('retail-2')).toEqual([other.connection_id]);
    expect(await listed('default')).toEqual([]);
  });

  it('leaves the list and the table when it is removed, and its events stay', async () => {
    const connection = someConnection();
    await createConnection({ table }, connection, created, someRun());
    expect(await removeConnection({ table }, connection, removed, someRun())).toBe('removed');
    expect(await get(connection.connection_id)).toBeNull();
    expect(await listed('retail')).toEqual([]);
    expect(await auditOf('retail', connection.connection_id, 1)).not.toBeNull();
    const { said } = (await auditOf('retail', connection.connection_id, 2)) ?? {};
    expect(said).toMatchObject({ who: 'local', what: 'connection-removed', rev: 2, after: null });
    expect(await changeConnection({ table }, connection, connection, changed, someRun())).toBe(
      'stale-revision',
    );
    expect(await get(connection.connection_id)).toBeNull();
  });
});

describe('a change', () => {
  it('raises the revision by one, and one of the revision before is refused and leaves no event', async () => {
    const connection = someConnection();
    await createConnection({ table }, connection, created, someRun());
    const first = { ...connection, name: 'first' };
    expect(await changeConnection({ table }, connection, first, changed, someRun())).toBe('changed');
    const late = { ...connection, name: 'late' };
    expect(await changeConnection({ table }, connection, late, changed, someRun())).toBe('stale-revision');
    expect(await removeConnection({ table }, connection, removed, someRun())).toBe('stale-revision');
    expect(await get(connection.connection_id)).toMatchObject({ name: 'first', rev: 2 });
    expect(await auditOf('retail', connection.connection_id, 3)).toBeNull();
  });

  it('wins alone of many at once, because each names the revision that it read', async () => {
    const connection = someConnection();
    await createConnection({ table }, connection, created, someRun());
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        changeConnection({ table }, connection, { ...connection, name: `n${index}` }, changed, someRun()),
      ),
    );
    expect(results.filter((result) => result === 'changed')).toHaveLength(1);
    expect(results.filter((result) => result === 'stale-revision')).toHaveLength(7);
    const row = await get(connection.connection_id);
    const audit = await auditOf('retail', connection.connection_id, 2);
    expect(row?.rev).toBe(2);
    expect(audit?.said.after.name).toBe(row?.name);
  });

  it('never takes back what deliveries left, and these never what people decided', async () => {
    const connection = someConnection();
    await createConnection({ table }, connection, created, someRun());
    const row = await get(connection.connection_id);
    if (row === null) throw new Error('not made');
    const note = createNoteUse({ table, clock: () => 5_000 });
    await note(row, { what: 'received', version: 1 }, signal);
    await note(row, { what: 'refused' }, signal);
    expect(await get(connection.connection_id)).toEqual({
      ...connection,
      last_received_ms: 5_000,
      last_refused_ms: 5_000,
      last_used_ms: 5_000,
    });
    // As it was read before the deliveries.
    await changeConnection({ table }, row, { ...row, name: 'new' }, changed, someRun());
    expect(await get(connection.connection_id)).toMatchObject({
      name: 'new',
      rev: 2,
      last_received_ms: 5_000,
      last_used_ms: 5_000,
    });
  });

  it('to a new secret forgets when the old one was used, and a late delivery with that one changes nothing', async () => {
    const connection = someConnection();
    await createConnection({ table }, connection, created, someRun());
    const row = await get(connection.connection_id);
    if (row === null) throw new Error('not made');
    await createNoteUse({ table, clock: () => 5_000 })(row, { what: 'received', version: 1 }, signal);
    const next = rotated(row, { from: 'derived', version: 2, master: 1, encoding: 'text' }, 6_000);
    const what = { ...changed, what: 'connection-rotated' } as const;
    expect(await changeConnection({ table }, row, next, what, someRun())).toBe('changed');
    expect((await get(connection.connection_id))?.last_used_ms).toBeNull();
    // Another process that still has the row of before the rotation cached.
    await createNoteUse({ table, clock: () => 7_000 })(row, { what: 'received', version: 1 }, signal);
    const after = await get(connection.connection_id);
    expect(after).toMatchObject({ last_used_ms: null, last_received_ms: 7_000 });
    if (after === null) throw new Error('gone');
    await createNoteUse({ table, clock: () => 8_000 })(after, { what: 'received', version: 2 }, signal);
    expect((await get(connection.connection_id))?.last_used_ms).toBe(8_000);
  });
});

describe('the audit event of a change', () => {
  it('says who did what, when and to what, for 400 days, and is no delivery', async () => {
    const connection = someConnection();
    const run = someRun(Date.UTC(2026, 10, 22, 19, 0, 0, 7));
    await createConnection({ table }, connection, created, run);
    const audit = await auditOf('retail', connection.connection_id, 1);
    expect(audit?.said).toMatchObject({
      who: 'arn:aws:iam::1:user/ann',
      what: 'connection-created',
      at: '2026-11-22T19:00:00.007Z',
      rev: 1,
      connection_id: connection.connection_id,
      before: null,
      after: { name: 'Retail Jira', status: 'active', rev: 1, secret: { version: 1, previous_until: null } },
    });
    expect(audit?.row).toMatchObject({
      source: 'admin',
      event_type: 'connection-created',
      outcome: 'recorded',
      connection_id: connection.connection_id,
      run_id: run.run_id,
      expires_at: Math.ceil(run.received_ms / 1000) + 400 * 86_400,
    });
    expect(audit?.row.day_pk).toMatch(/^retail#admin#2026-11-22#[0-7]$/);
    expect(audit?.row).not.toHaveProperty('issue_pk');
  });

  it('holds nothing of a secret, however it is kept', async () => {
    const sha256 = 'd1'.repeat(32);
    const sealed = 'c2VhbGVkIHRleHQgdGhhdCBub2JvZHkgc2VlcyE=';
    const before = someConnection({
      auth: 'header',
      current: { from: 'digest', version: 3, sha256 },
      previous: { from: 'sealed', version: 2, master: 1, encoding: 'text', sealed },
      previous_until_ms: Date.UTC(2026, 10, 23),
    });
    await createConnection({ table }, before, created, someRun());
    await changeConnection({ table }, before, { ...before, name: 'x' }, changed, someRun());
    for (const rev of [1, 2]) {
      const audit = await auditOf('retail', before.connection_id, rev);
      const text = JSON.stringify([audit?.said, audit?.event]);
      expect(text).toContain('"version":3');
      for (const secret of [sha256, sealed, 'digest', 'sealed"', 'master'])
        expect(text).not.toContain(secret);
    }
  });
});

describe('a tenant', () => {
  const inTenant = (differing: object) =>
    createConnection({ table }, someConnection(differing), created, someRun());
  const tenants = () => readTenants({ table, tenant: 'default', signal });

  it('is there with its first connection, and the one of the built-in sources always', async () => {
    expect(await tenants()).toEqual([
      { tenant_id: 'default', site_url: null, created_ms: 0, subscribed: false },
    ]);
    await inTenant({ tenant_id: 'a-first', created_ms: 5, kind: 'github', site_url: null });
    await inTenant({ tenant_id: 'z-last', created_ms: 6 });
    expect(await tenants()).toEqual([
      { tenant_id: 'default', site_url: null, created_ms: 0, subscribed: false },
      { tenant_id: 'a-first', site_url: null, created_ms: 5, subscribed: false },
      { tenant_id: 'z-last', site_url: 'https://retail.example.net', created_ms: 6, subscribed: false },
    ]);
    await inTenant({ tenant_id: 'default', created_ms: 7 });
    expect((await tenants()).map(({ tenant_id }) => tenant_id)).toEqual(['default', 'a-first', 'z-last']);
  });

  it('has the site of its first connection of Jira, whatever came before it, and no other one', async () => {
    expect(await inTenant({ kind: 'github', site_url: null, created_ms: 1 })).toBe('created');
    const another = { kind: 'automation', site_url: 'https://other.example.net' } as const;
    expect(await inTenant({ ...another, created_ms: 2 })).toBe('created');
    const second = someConnection();
    expect(await createConnection({ table }, second, created, someRun())).toBe('other-site');
    expect(await get(second.connection_id)).toBeNull();
    expect(await auditOf('retail', second.connection_id, 1)).toBeNull();
    expect(await inTenant({ kind: 'gitlab', site_url: null })).toBe('created');
    expect((await tenants())[1]).toEqual({
      tenant_id: 'retail',
      site_url: 'https://other.example.net',
      created_ms: 1,
      subscribed: false,
    });
  });

  it('has one site also when its first two connections are made at once', async () => {
    const sites = ['https://a.example.net', 'https://b.example.net'];
    const results = await Promise.all(sites.map((site_url) => inTenant({ site_url })));
    expect(results.toSorted()).toEqual(['created', 'other-site']);
  });

  it('keeps its site when a connection is changed, because issue ids are unique only within one', async () => {
    const connection = someConnection();
    await createConnection({ table }, connection, created, someRun());
    const moved = { ...connection, site_url: 'https://other.example.net' };
    expect(await changeConnection({ table }, connection, moved, changed, someRun())).toBe('other-site');
    expect(await get(connection.connection_id)).toMatchObject({ rev: 1, site_url: connection.site_url });
    const row = await getItem({ table, signal }, tenantKey('retail'));
    expect(row?.site_url).toBe(connection.site_url);
  });

  it('is not made of a row that was written in another way', async () => {
    const { client } = table;
    const { PutItemCommand } = await import('@aws-sdk/client-dynamodb');
    const Item = { pk: { S: 'TENANTS' }, sk: { S: 'No Tenant#' }, created_ms: { N: '1' } };
    await client.send(new PutItemCommand({ TableName: name, Item }));
    await expect(tenants()).rejects.toThrow('the row TENANTS No Tenant# cannot be read: sk does not fit');
  });
});

describe('a change whose answer gets lost', () => {
  let proxy: FaultProxy;
  let far: Table;

  beforeEach(async () => {
    proxy = await startFaultProxy(engine.endpoint);
    far = tableAt(proxy.endpoint);
    return () => proxy.close();
  });

  const transactions = () => proxy.seen.filter(({ operation }) => operation === 'TransactWriteItems');

  it.each(['before', 'within'] as const)(
    '%s it is made once, because the client tries it again by its token',
    async (cut) => {
      const connection = someConnection();
      proxy.fail({ kind: 'lost', cut }, { operations: ['TransactWriteItems'], times: 1 });
      expect(await createConnection({ table: far }, connection, created, someRun())).toBe('created');
      expect(
        await changeConnection({ table: far }, connection, { ...connection, name: 'b' }, changed, someRun()),
      ).toBe('changed');
      const tokens = transactions().map(({ body }) => JSON.parse(body).ClientRequestToken);
      expect(tokens).toHaveLength(3);
      expect(tokens[0]).toMatch(/.{16}/);
      expect(tokens[1]).toBe(tokens[0]);
      expect(tokens[2]).not.toBe(tokens[0]);
      expect(await get(connection.connection_id)).toMatchObject({ name: 'b', rev: 2 });
    },
  );

  it('each time is found by its event, because a secret that is shown once must be shown', async () => {
    const connection = someConnection();
    proxy.fail({ kind: 'lost', cut: 'before' }, { operations: ['TransactWriteItems'] });
    expect(await createConnection({ table: far }, connection, created, someRun())).toBe('created');
    const after = { ...connection, name: 'b' };
    expect(await changeConnection({ table: far }, connection, after, changed, someRun())).toBe('changed');
    const second = { ...after, rev: 2 };
    expect(await removeConnection({ table: far }, second, removed, someRun())).toBe('removed');
    expect(await get(connection.connection_id)).toBeNull();
  });

  it('because nothing was written is a fault of ours, and leaves nothing', async () => {
    const connection = someConnection();
    proxy.fail({ kind: 'reset' }, { operations: ['TransactWriteItems'] });
    await expect(createConnection({ table: far }, connection, created, someRun())).rejects.toThrow(
      UnavailableError,
    );
    expect(await get(connection.connection_id)).toBeNull();
    expect(await auditOf('retail', connection.connection_id, 1)).toBeNull();
    expect(await readTenants({ table, tenant: 'default', signal })).toHaveLength(1);
  });

  it('and was made by somebody else is refused, because the event is theirs', async () => {
    const connection = someConnection();
    await createConnection({ table }, connection, created, someRun());
    await changeConnection({ table }, connection, { ...connection, name: 'theirs' }, changed, someRun());
    const ours = { ...connection, name: 'ours' };
    expect(await changeConnection({ table: far }, connection, ours, changed, someRun())).toBe(
      'stale-revision',
    );
    expect((await get(connection.connection_id))?.name).toBe('theirs');
  });

  it.each(['ProvisionedThroughputExceededException', 'ThrottlingException', 'InternalServerError'])(
    'for a moment (%s) is made all the same',
    async (type) => {
      const connection = someConnection();
      const status = type === 'InternalServerError' ? 500 : 400;
      proxy.fail({ kind: 'error', status, type }, { operations: ['TransactWriteItems'], times: 2 });
      expect(await createConnection({ table: far }, connection, created, someRun())).toBe('created');
      expect(await get(connection.connection_id)).not.toBeNull();
    },
  );

  it('never writes a part while deliveries write to the row all the time', async () => {
    const connection = someConnection();
    await createConnection({ table }, connection, created, someRun());
    let row = await get(connection.connection_id);
    for (let turn = 0; turn < 10 && row; turn++) {
      const current = row;
      const notes = Array.from({ length: 10 }, (_, process) =>
        createNoteUse({ table, clock: () => 1_000 + process })(current, { what: 'refused' }, signal),
      );
      const change = changeConnection({ table }, row, { ...row, name: `${turn}` }, changed, someRun());
      expect([await change, ...(await Promise.all(notes))][0]).toBe('changed');
      row = await get(connection.connection_id);
    }
    expect(row).toMatchObject({ rev: 11, name: '9' });
    expect(row?.last_refused_ms).toBeGreaterThan(0);
  });
});

describe('a row', () => {
  it('names its connection in its key, so that a copy of it under another id is not believed', async () => {
    const connection = someConnection();
    await createConnection({ table }, connection, created, someRun());
    const row = await getItem({ table, signal }, connectionKey(connection.connection_id));
    const other = someConnection();
    const { PutItemCommand } = await import('@aws-sdk/client-dynamodb');
    const { marshall } = await import('@aws-sdk/util-dynamodb');
    const Item = marshall({ ...row, ...connectionKey(other.connection_id) });
    await table.client.send(new PutItemCommand({ TableName: name, Item }));
    await expect(get(other.connection_id)).rejects.toThrow('decided does not fit');
  });
});
