import { createServer, type Server } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../../../src/domain/json.ts';
import { createJiraClient } from '../../../src/jira/client.ts';
import { JiraError } from '../../../src/jira/jira-error.ts';
import type { JiraSite } from '../../../src/jira/site.ts';
import { touchIssue } from '../../../src/jira/touch-issue.ts';
import { openWebhooks } from '../../../src/jira/webhooks/open-webhooks.ts';
import { anyJson, withOneNodeReplaced } from '../../support/any-json.ts';
import { depth } from '../../support/depth.ts';
import { listen } from '../../support/loopback-server.ts';
import { TOKEN } from '../../support/scripted-jira/scripted-jira.ts';

/** Answers every request with these bytes, in turn, and closes the connection. */
let answers: Buffer[] = [];
let server: Server;
let site: JiraSite;

beforeAll(async () => {
  let served = 0;
  server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.end(answers[served % answers.length] ?? '');
      served += 1;
    });
  });
  const url = `http://127.0.0.1:${await listen(server, 0)}`;
  site = { authorization: `Bearer ${TOKEN}`, url, api: url };
});

afterAll(() => void server.close());

const FAST = { at_once: 4, a_second: Number.POSITIVE_INFINITY };

/** All that a command asks, as far as the server lets it. */
const askAll = async (): Promise<void> => {
  let now = 0;
  const sleep = async (ms: number): Promise<void> => {
    now += ms;
  };
  const client = createJiraClient(site, FAST, { clock: () => now, sleep });
  const api = await openWebhooks(client, site);
  const listed = await api.list();
  for (const { id } of listed.slice(0, 2)) await api.read(id);
  const id = await api.create('https://example.com/webhooks/jira', 'canary-secret');
  await api.update(id, 'https://example.com/webhooks/jira', 'canary-secret');
  await api.report(id);
  await api.remove(id);
  await touchIssue(client, 'ORB-1');
};

/** What is thrown must be the client's own error, without what was sent or answered. */
const check = async (bytes: Buffer[]): Promise<void> => {
  answers = bytes;
  try {
    await askAll();
  } catch (fault) {
    expect(fault).toBeInstanceOf(JiraError);
    expect(fault instanceof JiraError && fault.message).not.toMatch(/canary|\p{Cc}/u);
  }
};

const INFO = { baseUrl: 'x', deploymentType: 'Cloud', version: '10.3.1', versionNumbers: [10, 3, 1] };
const ENTRY = {
  ...{ self: 'https://x/rest/webhooks/1.0/webhook/7', id: 7, name: 'n', url: 'https://x/', events: ['e'] },
  ...{ enabled: true, active: true, filters: {}, configuration: { SECRET: 's' }, isSigned: true },
};

const json: fc.Arbitrary<string> = fc
  .oneof(withOneNodeReplaced(INFO), withOneNodeReplaced(ENTRY), withOneNodeReplaced([ENTRY]), anyJson)
  .map((value: Json) => JSON.stringify(value));

const header = fc.constantFrom(
  ...['content-type: text/html', 'content-encoding: gzip', 'location: //canary', 'retry-after: 9e9'],
  ...['retry-after: 3', 'content-length: 3', 'transfer-encoding: chunked', 'x: y'],
);

const whole = fc
  .tuple(fc.oneof({ weight: 5, arbitrary: fc.constant(200) }, fc.integer({ min: 0, max: 999 })), header, json)
  .map(([status, line, body]) => Buffer.from(`HTTP/1.1 ${status} canary\r\n${line}\r\n\r\n${body}`));

const raw = fc
  .tuple(fc.constantFrom('', 'HTTP/1.1 200 OK\r\n\r\n', 'HTTP/1.1 '), fc.uint8Array({ maxLength: 60 }))
  .map(([start, bytes]) => Buffer.concat([Buffer.from(start), bytes]));

describe('any answer, whatever bytes', () => {
  it('ends in a value or in the client’s own error, because people must be able to read it', {
    tags: ['deep'],
  }, async () => {
    const some = fc.array(fc.oneof({ weight: 3, arbitrary: whole }, raw), { minLength: 1, maxLength: 6 });
    await fc.assert(fc.asyncProperty(some, check), { numRuns: depth(60, 1_000) });
  });
});
