import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod/mini';
import { readEnv } from '../../src/contract/env.ts';
import { embeddedConfig } from '../../src/local/aws-config.ts';
import type { Table } from '../../src/store/calls/table.ts';
import { openTable } from '../../src/wiring/open.ts';
import { listen, stop } from './loopback-server.ts';

const request = z.record(z.string(), z.unknown());

type Request = z.infer<typeof request>;

/** What it answers to a call: JSON, or the name of a fault. */
export type Script = (operation: string, body: Request, call: number) => object | string;

export type ScriptedDatabase = {
  endpoint: string;
  calls: { operation: string; body: Request }[];
} & AsyncDisposable;

/** A server that speaks DynamoDB's protocol and says what a test wants: what the embedded engine never says. */
export const startScripted = async (script: Script): Promise<ScriptedDatabase> => {
  const calls: ScriptedDatabase['calls'] = [];
  const answerTo = async (incoming: IncomingMessage) => {
    const operation = String(incoming.headers['x-amz-target']).split('.')[1] ?? '';
    const body = request.parse(JSON.parse(await text(incoming)));
    calls.push({ operation, body });
    return script(operation, body, calls.length);
  };
  const server = createServer(async (incoming, response) => {
    const answer = await answerTo(incoming);
    const [status, json] = typeof answer === 'string' ? [400, { __type: answer }] : [200, answer];
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(json));
  });
  const port = await listen(server, 0);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    calls,
    [Symbol.asyncDispose]: () => stop(server),
  };
};

/** A table on such a server, whose client makes each call once; both end with the work. */
export const onScripted = async <T>(
  script: Script,
  work: (table: Table, database: ScriptedDatabase) => Promise<T>,
): Promise<T> => {
  await using database = await startScripted(script);
  const config = { ...embeddedConfig(database.endpoint), maxAttempts: 1 };
  const table = openTable(readEnv({ TABLE_NAME: 'jira' }), config);
  try {
    return await work(table, database);
  } finally {
    table.client.destroy();
  }
};
