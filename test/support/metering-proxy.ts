import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import * as z from 'zod/mini';
import { itemBytes } from './item-size.ts';
import { readAll } from './read-all.ts';

/** One write as the table counted it, in the order of the answers. */
export type MeteredWrite = {
  operation: string;
  /** The request as it came, in the form of the protocol (`{"S": "text"}`). */
  input: Record<string, unknown>;
  /** True when its condition failed. */
  refused: boolean;
  /** Write units of the table itself and, under their names, of the indexes it touched. */
  table: number;
  indexes: Record<string, number>;
};

export type MeteringProxy = {
  /** For the client, in place of the database's own. */
  endpoint: string;
  /** Grows with every write; emptying it starts the count anew. */
  writes: MeteredWrite[];
  close(): Promise<void>;
};

const METERED = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem']);

/** Writes this proxy cannot count; better no answer than a figure that leaves some out. */
const UNMETERED = /^(TransactWriteItems|ExecuteStatement|BatchExecuteStatement|ExecuteTransaction)$/;

const capacity = z.object({ CapacityUnits: z.number() });

const written = z.object({
  ConsumedCapacity: z.object({
    Table: capacity,
    GlobalSecondaryIndexes: z.optional(z.record(z.string(), capacity)),
  }),
});

/** A batch that was taken whole. */
const batch = z.object({
  UnprocessedItems: z.optional(z.record(z.string(), z.never())),
  ConsumedCapacity: z.array(written.shape.ConsumedCapacity),
});

const puts = z.object({
  RequestItems: z.record(
    z.string(),
    z.array(z.strictObject({ PutRequest: z.object({ Item: z.record(z.string(), z.unknown()) }) })),
  ),
});

const refused = z.object({
  __type: z.string().check(z.endsWith('ConditionalCheckFailedException')),
  Item: z.optional(z.record(z.string(), z.unknown())),
});

const object = z.record(z.string(), z.unknown());

const operationOf = (incoming: IncomingMessage): string =>
  String(incoming.headers['x-amz-target']).split('.')[1] ?? '';

/** Asks for what the count needs; the sender may leave the extra parts of the answer alone. */
const withCapacity = (input: Record<string, unknown>): Buffer => {
  // A batch has no conditions.
  const refusals = 'RequestItems' in input ? {} : { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' };
  return Buffer.from(JSON.stringify({ ...input, ReturnConsumedCapacity: 'INDEXES', ...refusals }));
};

/** A refused condition costs what the stored item would cost to write, at least one unit. */
const refusedUnits = (item: unknown): number => Math.max(1, Math.ceil(itemBytes(item) / 1024));

/** Each put of a batch with its equal share, because the database counts them together. */
const meterBatch = (input: Record<string, unknown>, answer: unknown): MeteredWrite[] => {
  const { success, data } = batch.safeParse(answer);
  if (!success) return [];
  const items = Object.entries(puts.parse(input).RequestItems).flatMap(([TableName, requests]) =>
    requests.map(({ PutRequest }) => ({ TableName, Item: PutRequest.Item })),
  );
  const [whole] = data.ConsumedCapacity;
  const share = (units = 0): number => units / items.length;
  const indexes = Object.entries(whole?.GlobalSecondaryIndexes ?? {}).map(([name, index]) => [
    name,
    share(index.CapacityUnits),
  ]);
  return items.map((one) => ({
    operation: 'BatchWriteItem',
    input: one,
    refused: false,
    table: share(whole?.Table.CapacityUnits),
    indexes: Object.fromEntries(indexes),
  }));
};

/** Null for an answer that cost nothing, such as an invalid request. */
const meterOne = (
  operation: string,
  input: Record<string, unknown>,
  answer: unknown,
): MeteredWrite | null => {
  const no = refused.safeParse(answer);
  if (no.success) return { operation, input, refused: true, table: refusedUnits(no.data.Item), indexes: {} };
  const yes = written.safeParse(answer);
  if (!yes.success) return null;
  const { Table, GlobalSecondaryIndexes = {} } = yes.data.ConsumedCapacity;
  const indexes = Object.entries(GlobalSecondaryIndexes).map(([name, index]) => [name, index.CapacityUnits]);
  return {
    operation,
    input,
    refused: false,
    table: Table.CapacityUnits,
    indexes: Object.fromEntries(indexes),
  };
};

const meter = (operation: string, input: Record<string, unknown>, answer: unknown): MeteredWrite[] => {
  if (operation === 'BatchWriteItem') return meterBatch(input, answer);
  const one = meterOne(operation, input, answer);
  return one === null ? [] : [one];
};

type Answer = { status: number; headers: IncomingMessage['headers']; body: Buffer };

const forward = (target: URL, agent: Agent, incoming: IncomingMessage, body: Buffer): Promise<Answer> =>
  new Promise((done, fail) => {
    const headers = { ...incoming.headers, host: target.host, 'content-length': body.length };
    const outgoing = request(target, { agent, method: incoming.method, path: incoming.url, headers });
    outgoing.once('error', fail);
    outgoing.once('response', (response) => {
      const { statusCode: status = 502 } = response;
      readAll(response).then((bytes) => done({ status, headers: response.headers, body: bytes }), fail);
    });
    outgoing.end(body);
  });

const refuse = (response: ServerResponse, operation: string): void => {
  const fault = { __type: 'UnknownOperationException', message: `${operation} cannot be metered` };
  response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(fault));
};

const portOf = (server: Server): number => {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

/**
 * A proxy on loopback before a DynamoDB that counts the write units of every write, of each put of a batch too, indexes
 * included, by asking the database itself. Answers go back as they are; the requests' signatures no longer
 * fit, which an embedded database does not check.
 */
export const startMeteringProxy = async (databaseEndpoint: string): Promise<MeteringProxy> => {
  const target = new URL(databaseEndpoint);
  const agent = new Agent({ keepAlive: true });
  const writes: MeteredWrite[] = [];

  const pass = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const operation = operationOf(incoming);
    if (UNMETERED.test(operation)) return refuse(response, operation);
    const bytes = await readAll(incoming);
    const input = METERED.has(operation) ? object.parse(JSON.parse(bytes.toString())) : null;
    const answer = await forward(target, agent, incoming, input ? withCapacity(input) : bytes);
    if (input) writes.push(...meter(operation, input, JSON.parse(answer.body.toString())));
    response.writeHead(answer.status, answer.headers).end(answer.body);
  };

  const server = createServer((incoming, response) => {
    pass(incoming, response).catch(() => response.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    endpoint: `http://127.0.0.1:${portOf(server)}`,
    writes,
    close: async () => {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
};
