import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { sha256Hex } from '../../src/domain/event-id.ts';
import { listen, stop } from './loopback-server.ts';
import { readAll } from './read-all.ts';

/**
 * What goes wrong: an S3 error, no answer, a cut connection, an answer that gets lost (`thenBy`: and another writer
 * comes right after), a late one, or another writer who puts his bytes there just before.
 */
export type S3Fault =
  | { kind: 'error'; status: number; code: string }
  | { kind: 'hang' | 'reset' }
  | { kind: 'lost'; thenBy?: Buffer }
  | { kind: 'slow'; ms: number }
  | { kind: 'overtaken'; by: Buffer };

/** A request that reached it, such as `PUT /bucket/key`. */
type S3Request = { request: string; headers: IncomingMessage['headers'] };

export type FakeS3 = {
  endpoint: string;
  /** Objects by `/bucket/key`. */
  objects: Map<string, Buffer>;
  seen: S3Request[];
  /** Every object that was ever put, in order. */
  puts: { path: string; body: Buffer }[];
  /** Every request (of that method, if named) meets the fault, at most `times` of them. */
  fail(fault: S3Fault, times?: number, method?: string): void;
  heal(): void;
  refuse(): Promise<void>;
  accept(): Promise<void>;
  close(): Promise<void>;
};

type Reply = { status: number; headers?: { [name: string]: string }; body?: Buffer | string };

const errorReply = (status: number, code: string): Reply => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>as asked</Message></Error>`,
});

const etagOf = (body: Buffer): string => `"${createHash('md5').update(body).digest('hex')}"`;

/** S3's answer to a condition that does not hold for what is stored; null when all do. */
const refusal = (headers: IncomingMessage['headers'], stored: Buffer | undefined): Reply | null => {
  const match = headers['if-match'];
  if (headers['if-none-match'] === '*' && stored) return errorReply(412, 'PreconditionFailed');
  if (match !== undefined && !stored) return errorReply(404, 'NoSuchKey');
  if (match !== undefined && stored && etagOf(stored) !== match) return errorReply(412, 'PreconditionFailed');
  return null;
};

/** A signed request whose bytes arrived as they were sent: length, hash and checksum must be theirs. */
const isWhole = ({ headers }: IncomingMessage, body: Buffer): boolean => {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return (
    headers.authorization?.startsWith('AWS4-HMAC-SHA256 ') === true &&
    Number(headers['content-length'] ?? 0) === body.length &&
    headers['x-amz-content-sha256'] === sha256Hex(body) &&
    (headers['x-amz-checksum-crc32'] ?? sum.toString('base64')) === sum.toString('base64')
  );
};

/** ListObjectsV2, the first 1,000. No key of a test needs escaping. */
const list = (bucket: string, objects: ReadonlyMap<string, Buffer>, query: URLSearchParams): Reply => {
  const keys = [...objects.keys()].map((path) => path.slice(`/${bucket}/`.length)).sort();
  const listed = keys.filter(
    (key) => key.startsWith(query.get('prefix') ?? '') && key > (query.get('start-after') ?? ''),
  );
  const contents = listed.slice(0, 1_000).map((key) => `<Contents><Key>${key}</Key></Contents>`);
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult>${contents.join('')}</ListBucketResult>`,
  };
};

/** A small S3 that puts, gets, lists and deletes objects of one bucket by the REST protocol, path style, conditions included. */
export const startS3 = async (bucket: string): Promise<FakeS3> => {
  const objects = new Map<string, Buffer>();
  let failing: { fault: S3Fault; times: number; method: string | undefined } | null = null;

  const faultNow = (method: string | undefined): S3Fault | null => {
    if (failing === null || failing.times === 0) return null;
    if (failing.method !== undefined && failing.method !== method) return null;
    failing.times -= 1;
    return failing.fault;
  };

  const put = (path: string, body: Buffer): Reply => {
    objects.set(path, body);
    s3.puts.push({ path, body });
    return { status: 200, headers: { etag: etagOf(body) } };
  };

  const apply = ({ method, headers, url = '' }: IncomingMessage, path: string, body: Buffer): Reply => {
    const stored = objects.get(path);
    const query = new URLSearchParams(url.split('?')[1]);
    if (method === 'GET' && query.has('list-type') && path.replace(/\/$/, '') === `/${bucket}`)
      return list(bucket, objects, query);
    if (!path.startsWith(`/${bucket}/`)) return errorReply(404, 'NoSuchBucket');
    if (method === 'PUT') return refusal(headers, stored) ?? put(path, body);
    if (method === 'DELETE') objects.delete(path);
    if (method === 'DELETE') return { status: 204 };
    if (method === 'GET' && stored) return { status: 200, headers: { etag: etagOf(stored) }, body: stored };
    return errorReply(404, 'NoSuchKey');
  };

  /** What it answers, or null when nothing arrives. */
  const replyTo = (request: IncomingMessage, path: string, body: Buffer, fault: S3Fault | null) => {
    if (!isWhole(request, body)) return errorReply(400, 'BadDigest');
    if (fault?.kind === 'error') return errorReply(fault.status, fault.code);
    if (fault?.kind === 'reset') return null;
    if (fault?.kind === 'overtaken') put(path, fault.by);
    const reply = apply(request, path, body);
    if (fault?.kind !== 'lost') return reply;
    if (fault.thenBy) put(path, fault.thenBy);
    return null;
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [path = ''] = (request.url ?? '').split('?');
    const body = await readAll(request);
    s3.seen.push({ request: `${request.method} ${path}`, headers: request.headers });
    const fault = faultNow(request.method);
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'slow') await sleep(fault.ms);
    const reply = replyTo(request, path, body, fault);
    if (reply) response.writeHead(reply.status, reply.headers).end(reply.body);
    else response.socket?.destroy();
  };

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  const port = await listen(server, 0);
  const s3: FakeS3 = {
    endpoint: `http://127.0.0.1:${port}`,
    objects,
    seen: [],
    puts: [],
    fail: (fault, times = Number.POSITIVE_INFINITY, method) => {
      failing = { fault, times, method };
    },
    heal: () => {
      failing = null;
    },
    refuse: () => stop(server),
    accept: async () => {
      if (!server.listening) await listen(server, port);
    },
    close: () => stop(server),
  };
  return s3;
};
