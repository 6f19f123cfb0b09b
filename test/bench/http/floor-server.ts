import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { startEngine } from '../../../src/local/engine.ts';
import { ensureTable } from '../../../src/store/calls/create-table.ts';
import { SECRET } from './bodies.ts';
import { serveParent } from './child-side.ts';
import { floorWrites, type Templates, type Written } from './floor-writes.ts';

/** Whether the alias of a key not seen before is made durable first, as ours is, or left out. */
export type FloorSetup = { templates: Templates; writesAliases: boolean };

/**
 * The floor: a bare server that does HMAC, `JSON.parse` and the writes of ours in sequence, of their sizes and into
 * their table definition, with the SDK's client as it comes. It knows from memory which issues are new.
 */
type Body = { timestamp: number; issue: { id: string; key: string; fields: { updated: string } } };

const read = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
};

/** An older version is refused, as it is of ours. */
const unlessRefused = (fault: unknown): void => {
  if (!(fault instanceof ConditionalCheckFailedException)) throw fault;
};

/** The database it is told, or one of its own. */
const openDatabase = async (owned: AsyncDisposableStack): Promise<string> => {
  const told = process.env.AWS_ENDPOINT_URL_DYNAMODB;
  if (told !== undefined) return told;
  const engine = await startEngine();
  owned.defer(engine.stop);
  return engine.endpoint;
};

await serveParent<FloorSetup>(async ({ templates, writesAliases }, owned) => {
  const endpoint = await openDatabase(owned);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
  await ensureTable(client, templates.put.TableName ?? '');
  const writes = floorWrites(templates);
  const known = new Set<string>();

  const storeAlias = async (written: Written): Promise<void> => {
    if (!writesAliases || known.has(written.issue_key)) return;
    await client.send(new PutItemCommand(writes.alias(written)));
    known.add(written.issue_key);
  };

  const store = async (body: Buffer, mac: Buffer): Promise<void> => {
    const { timestamp, issue }: Body = JSON.parse(body.toString());
    const written = {
      event_id: `evt_${mac.toString('hex').slice(0, 40)}`,
      issue_id: issue.id,
      issue_key: issue.key,
      updated_ms: Date.parse(issue.fields.updated),
      timestamp_ms: timestamp,
    };
    await storeAlias(written);
    await client.send(new UpdateItemCommand(writes.update(written))).catch(unlessRefused);
    await client.send(new PutItemCommand(writes.put(written))).catch(unlessRefused);
  };

  const answer = async (request: IncomingMessage): Promise<number> => {
    const body = await read(request);
    const mac = createHmac('sha256', SECRET).update(body).digest();
    const claimed = Buffer.from(String(request.headers['x-hub-signature']).slice('sha256='.length), 'hex');
    if (claimed.length !== mac.length || !timingSafeEqual(mac, claimed)) return 401;
    await store(body, mac);
    return 202;
  };

  const server = createServer((request, response) => {
    answer(request)
      .catch(() => 500)
      .then((status) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end('{"status":"accepted"}');
      });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  owned.defer(() => server.closeAllConnections());
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}` };
});
