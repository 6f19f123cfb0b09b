import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod/mini';
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
