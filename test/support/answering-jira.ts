import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { isJsonObject, type JsonObject } from '../../src/domain/json.ts';
import { listen, stop } from './loopback-server.ts';

export type Asked = { method: string; path: string; query: URLSearchParams; body: JsonObject };

/** `value` goes out as JSON; `text` as it is. A header that is null is taken away. */
export type Answered = {
  status?: number;
  headers?: Record<string, string | null>;
  value?: unknown;
  text?: string;
};

export type AnsweringJira = {
  url: string;
  log: Asked[];
  close(): Promise<void>;
};

/** What a Jira needs for `openReads`, by kind. */
export const hello = (kind: 'cloud' | 'data-center', { path }: Asked): Answered | null => {
  if (path === '/rest/api/2/serverInfo') return { value: INFO[kind] };
  return path === '/rest/api/2/myself' ? { value: MYSELF[kind] } : null;
};

const INFO = {
  cloud: { deploymentType: 'Cloud', version: '1001.0.0' },
  'data-center': { deploymentType: 'Server', version: '10.3.1', versionNumbers: [10, 3, 1] },
};

const MYSELF = {
  cloud: { accountId: '5b10:ac', groups: { size: 2, items: [{ name: 'users' }, { name: 'admins' }] } },
  'data-center': { key: 'JIRAUSER100', name: 'bot', groups: { size: 30, items: [{ name: 'users' }] } },
};

const parse = (body: string): JsonObject => {
  const value: unknown = body === '' ? {} : JSON.parse(body);
  return isJsonObject(value) ? value : {};
};

/** Answers every request as the function says. */
export const startAnsweringJira = async (answer: (asked: Asked) => Answered): Promise<AnsweringJira> => {
  const log: Asked[] = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://x');
    const asked: Asked = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      body: parse(await text(request)),
    };
    log.push(asked);
    const { status = 200, headers = {}, value, text: sent = JSON.stringify(value) } = answer(asked);
    response.sendDate = headers.date !== null;
    const set = Object.entries(headers).flatMap(([name, one]) => (one === null ? [] : [[name, one]]));
    response.writeHead(status, { 'content-type': 'application/json', ...Object.fromEntries(set) }).end(sent);
  });
  const url = `http://127.0.0.1:${await listen(server, 0)}`;
  return { url, log, close: () => stop(server) };
};
