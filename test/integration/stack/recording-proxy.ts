import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod/mini';
import { listen, stop } from '../../support/loopback-server.ts';
import { readAll } from '../../support/read-all.ts';

export type RecordingProxy = {
  /** For the client, in place of the database's own. */
  endpoint: string;
  /**
   * What was asked of the table since it was last taken, as IAM calls it: `dynamodb:Query by_day`. A batch that
   * deletes is told apart, because IAM cannot.
   */
  take(): string[];
  close(): Promise<void>;
};

const asked = z.object({
  IndexName: z.optional(z.string()),
  TransactItems: z.optional(z.array(z.record(z.string(), z.unknown()))),
});

/** The rights to a transaction are those to its parts (DynamoDB developer guide, "Amazon DynamoDB Transactions"). */
const PARTS: Record<string, string> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

const namesOf = ({ headers }: IncomingMessage, body: Buffer): string[] => {
  const operation = String(headers['x-amz-target']).split('.')[1];
  const { IndexName, TransactItems } = asked.parse(JSON.parse(body.toString()));
  if (TransactItems) return TransactItems.flatMap(Object.keys).map((part) => `dynamodb:${PARTS[part]}`);
  const deletes = operation === 'BatchWriteItem' && body.includes('"DeleteRequest"');
  const more = [...(IndexName ? [IndexName] : []), ...(deletes ? ['deletes'] : [])];
  return [[`dynamodb:${operation}`, ...more].join(' ')];
};

/** Sits before a DynamoDB and writes down which operations are asked of the table and its indexes. */
export const startRecordingProxy = async (database: string): Promise<RecordingProxy> => {
  let seen = new Set<string>();
  const pass = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const body = await readAll(incoming);
    for (const name of namesOf(incoming, body)) seen.add(name);
    const { 'x-amz-target': target = '', authorization = '', 'x-amz-date': date = '' } = incoming.headers;
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'content-length': body.length,
      'x-amz-target': target,
      'x-amz-date': date,
      authorization,
    };
    // Not by `fetch`: the database is at a port that pages, and so `fetch`, may not call.
    const passed = request(database, { method: 'POST', headers }).end(body);
    const [answer]: IncomingMessage[] = await once(passed, 'response');
    outgoing.writeHead(answer?.statusCode ?? 502, { 'content-type': 'application/x-amz-json-1.0' });
    await pipeline(answer ?? [], outgoing);
  };
  const server = createServer((incoming, outgoing) => {
    pass(incoming, outgoing).catch(() => outgoing.destroy());
  });
  const port = await listen(server, 0);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    take: () => {
      const names = [...seen].sort();
      seen = new Set();
      return names;
    },
    close: () => stop(server),
  };
};
