import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

export type S3Server = {
  endpoint: string;
  /** By path, `/bucket/key`. */
  objects: Map<string, Buffer>;
  /** Every request from now on fails with this status; null: none. */
  failWith(status: number | null): void;
  close(): Promise<void>;
};

const fail = (response: ServerResponse, status: number, code: string): void => {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0"?><Error><Code>${code}</Code><Message>as the test asked</Message></Error>`,
  );
};

/** What the real service would take: signed, whole, under the bucket's path. */
const isPut = ({ method, headers }: IncomingMessage): boolean =>
  method === 'PUT' &&
  headers.authorization?.startsWith('AWS4-HMAC-SHA256 ') === true &&
  headers['content-encoding'] === undefined;

/** A small S3 on loopback: PutObject with the bucket in the path, which is how the SDK addresses an IP. */
export const startS3 = async (): Promise<S3Server> => {
  const objects = new Map<string, Buffer>();
  let failing: number | null = null;
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    if (failing !== null) return fail(response, failing, 'InternalError');
    if (!isPut(request)) return fail(response, 400, 'InvalidRequest');
    objects.set(new URL(request.url ?? '', 'http://s3').pathname, body);
    response.writeHead(200, { etag: '"0123456789abcdef0123456789abcdef"' }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    endpoint: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    objects,
    failWith: (status) => {
      failing = status;
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};
