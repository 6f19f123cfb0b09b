import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { createTable, openApp } from '../../support/app.ts';
import { MASTERS } from '../../support/connected.ts';
import { startServer, temporaryFolder } from '../../support/server-process.ts';
import { useEngine } from '../../support/use-engine.ts';

const engine = useEngine();
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  folder = await temporaryFolder();
});

afterAll(() => folder.remove());

const rowSchema = z.object({ connection_id: z.string(), rev: z.number() });
const record = z.object({ manage_token: z.string() });
const listed = z.object({ connections: z.array(rowSchema) });
const eventsSchema = z.object({ events: z.array(z.object({ event_id: z.string() })) });
const said = z.object({ connection_id: z.string(), rev: z.number(), after: z.nullable(rowSchema) });

const AT_ONCE = 6;
const BEFORE_THE_KILL = 12;

describe('a process that is killed while connections are made and changed', () => {
  it('leaves each change whole or not at all: a revision for each audit event, and an event for each revision', async () => {
    const table = await createTable(engine.endpoint);
    const server = await startServer(folder.path, {
      AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint,
      TABLE_NAME: table,
      CONNECTIONS_MASTERS: MASTERS,
    });
    const { manage_token } = record.parse(JSON.parse(readFileSync(`${folder.path}/instance.json`, 'utf8')));
    const ask = async (method: string, path: string, body: object, rev = 0) => {
      const headers = {
        ...{ authorization: `Bearer ${manage_token}`, 'content-type': 'application/json' },
        'if-match': String(rev),
      };
      const answer = await fetch(`${server.url}/t/retail${path}`, {
        method,
        headers,
        body: JSON.stringify(body),
      });
      return rowSchema.parse(await answer.json());
    };
    const acknowledged = new Map<string, number>();
    let answers = 0;
    let killed: Promise<void> | undefined;
    const note = ({ connection_id, rev }: z.output<typeof rowSchema>) => {
      acknowledged.set(connection_id, rev);
      answers += 1;
      if (answers === BEFORE_THE_KILL) killed = server.kill();
    };
    const admin = async (n: number): Promise<void> => {
      for (let made = 0; ; made += 1) {
        const row = await ask('POST', '/connections', { name: `${n} ${made}`, kind: 'github' });
        note(row);
        note(await ask('PATCH', `/connections/${row.connection_id}`, { name: `${n} changed` }, row.rev));
      }
    };
    // Each ends when the server is gone.
    await Promise.allSettled(Array.from({ length: AT_ONCE }, (_, n) => admin(n)));
    expect(killed).toBeDefined();
    await killed;

    const app = openApp({ endpoint: engine.endpoint, tableName: table });
    const { connections } = listed.parse((await app.get('/t/retail/connections')).body);
    const stored = new Map(connections.map(({ connection_id, rev }) => [connection_id, rev]));
    for (const [id, rev] of acknowledged) expect(stored.get(id)).toBeGreaterThanOrEqual(rev);
    const page = await app.get('/t/retail/events?source=admin&limit=100');
    const { events } = eventsSchema.parse(page.body);
    const changes = await Promise.all(
      events.map(async ({ event_id }) => {
        const { bytes } = await app.download(`/t/retail/bodies/${event_id}`);
        return said.parse(JSON.parse(bytes.toString()));
      }),
    );
    const told = changes.map(({ connection_id, rev }) => `${connection_id} ${rev}`);
    const revisions = connections.flatMap(({ connection_id, rev }) =>
      Array.from({ length: rev }, (_, before) => `${connection_id} ${before + 1}`),
    );
    expect(told.toSorted()).toEqual(revisions.toSorted());
    expect(told.length).toBeGreaterThanOrEqual(BEFORE_THE_KILL);
  });
});
