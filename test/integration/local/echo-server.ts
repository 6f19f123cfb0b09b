import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { pino } from 'pino';
import { afterEach } from 'vitest';
import type { HttpHandler } from '../../../src/http/dispatch.ts';
import { type LocalServer, type ServeOptions, serve } from '../../../src/local/server.ts';

const running: LocalServer[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

/** A handler that answers with the event it got, and says 413 as ours does. */
export const echo = (maxBodyBytes = 1_000) => {
  const events: APIGatewayProxyEventV2[] = [];
  const handler: HttpHandler = async (event) => {
    events.push(event);
    const size = Buffer.from(event.body ?? '', 'base64').length;
    const declared = Number(event.headers['content-length'] ?? 0);
    const statusCode = Math.max(size, declared) > maxBodyBytes ? 413 : 200;
    return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(event) };
  };
  return { events, handler };
};

/** A server for one test; it is closed after it. `lines` are its log lines. */
export const serveForTest = async (
  handler: HttpHandler,
  options: Partial<Pick<ServeOptions, 'host' | 'allowedHosts' | 'maxBodyBytes' | 'limits'>> = {},
): Promise<{ server: LocalServer; url: string; lines: string[] }> => {
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const standard = { host: '127.0.0.1', port: 0, maxBodyBytes: 1_000 };
  const server = await serve({ ...standard, ...options, handler, log });
  running.push(server);
  return { server, url: server.url, lines };
};
