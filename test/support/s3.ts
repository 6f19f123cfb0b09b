import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { sha256Hex } from '../../src/domain/event-id.ts';
import { listen, stop } from './loopback-server.ts';

/** What goes wrong: an S3 error, no answer, a cut connection, a late answer, or one that gets lost. */
export type S3Fault =
  | { kind: 'error'; status: number; code: string }
  | { kind: 'hang' | 'reset' | 'lost' }
  | { kind: 'slow'; ms: number };

/** A request that reached it, such as `PUT /bucket/key`. */
type S3Request = { request: string; headers: IncomingMessage['headers'] };

export type FakeS3 = {
  endpoint: string;
  /** Objects by `/bucket/key`. */
  objects: Map<string, Buffer>;
  seen: S3Request[];
  /** Every request meets the fault, at most `times` of them. */
  fail(fault: S3Fault, times?: number): void;
  heal(): void;
  refuse(): Promise<void>;
  accept(): Promise<void>;
  close(): Promise<void>;
};

const answerError = (response: ServerResponse, status: number, code: string): void => {
  response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(
      `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>as asked</Message></Error>`,
    );
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

/** A small S3 that puts, gets and deletes objects of one bucket by the REST protocol, path style. */
export const startS3 = async (bucket: string): Promise<FakeS3> => {
  const objects = new Map<string, Buffer>();
  let failing: { fault: S3Fault; times: number } | null = null;

  const faultNow = (): S3Fault | null => {
    if (failing === null || failing.times === 0) return null;
    failing.times -= 1;
    return failing.fault;
  };

  const serve = (method: string, path: string, body: Buffer, response: ServerResponse): void => {
    const stored = objects.get(path);
    if (!path.startsWith(`/${bucket}/`)) answerError(response, 404, 'NoSuchBucket');
    else if (method === 'PUT') {
      objects.set(path, body);
      response.writeHead(200, { etag: '"of-the-object"' }).end();
    } else if (method === 'DELETE') {
      objects.delete(path);
      response.writeHead(204).end();
    } else if (method === 'GET' && stored) response.writeHead(200).end(stored);
    else answerError(response, 404, 'NoSuchKey');
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [path = ''] = (request.url ?? '').split('?');
    const body = await buffer(request);
    s3.seen.push({ request: `${request.method} ${path}`, headers: request.headers });
    const fault = faultNow();
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'slow') await sleep(fault.ms);
    if (fault?.kind === 'lost') objects.set(path, body);
    if (!isWhole(request, body)) answerError(response, 400, 'BadDigest');
    else if (fault?.kind === 'error') answerError(response, fault.status, fault.code);
    else if (fault?.kind === 'lost' || fault?.kind === 'reset') response.socket?.destroy();
    else serve(request.method ?? '', path, body, response);
  };

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  const port = await listen(server, 0);
  const s3: FakeS3 = {
    endpoint: `http://127.0.0.1:${port}`,
    objects,
    seen: [],
    fail: (fault, times = Number.POSITIVE_INFINITY) => {
      failing = { fault, times };
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
