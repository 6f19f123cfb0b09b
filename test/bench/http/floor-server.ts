import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { DynamoDBClient, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { startEngine } from '../../../src/local/engine.ts';
import { ensureTable } from '../../../src/store/create-table.ts';
import { SECRET } from './bodies.ts';
import { serveParent } from './child-side.ts';
import { floorWrites, type Templates } from './floor-writes.ts';

/**
 * The floor: a bare server that does HMAC, `JSON.parse` and two conditional writes in sequence, of the sizes
 * and into the table definition of ours, with the SDK's client as it comes.
 */
type Body = { timestamp: number; issue: { id: string; key: string; fields: { updated: string } } };

const read = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
};

await serveParent<Templates>(async (templates, owned) => {
  const engine = await startEngine();
  owned.defer(engine.stop);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint: engine.endpoint, region: 'us-east-1', credentials });
  await ensureTable(client, templates.put.TableName ?? '');
  const writes = floorWrites(templates);

  const store = async (body: Buffer, mac: Buffer): Promise<void> => {
    const { timestamp, issue }: Body = JSON.parse(body.toString());
    const written = {
      event_id: `evt_${mac.toString('hex').slice(0, 40)}`,
      issue_id: issue.id,
      issue_key: issue.key,
      updated_ms: Date.parse(issue.fields.updated),
      timestamp_ms: timestamp,
    };
    await client.send(new UpdateItemCommand(writes.update(written)));
    await client.send(new PutItemCommand(writes.put(written)));
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
