import type { IncomingMessage } from 'node:http';

/** The bytes read. `unread`: the sender may still be sending. `gone`: the client disconnected midway. */
export type RequestBody = { gone: boolean; bytes: Buffer; unread: boolean };

/** As a limit: no body is read, not even one of unknown length. */
export const NO_BODY = -1;

/** True when the body should be read: the method has one and its declared size is within the limit. */
export const isWanted = (request: IncomingMessage, maxBytes: number): boolean =>
  ['POST', 'PUT', 'PATCH'].includes(request.method ?? '') && declaredBytes(request) <= maxBytes;

/** 0 when there is no body or its length is not known. Node has checked that it is a number. */
const declaredBytes = (request: IncomingMessage): number => Number(request.headers['content-length'] ?? 0);

const NOTHING = Buffer.alloc(0);

/**
 * Reads a request's body. A body declared larger than `maxBytes`, or with a method that has none, is not read at all;
 * one without a declared size is read to `maxBytes + 1` bytes, enough to see that it is too large.
 */
export const readBody = async (request: IncomingMessage, maxBytes: number): Promise<RequestBody> => {
  if (!hasBody(request)) return { gone: false, bytes: NOTHING, unread: false };
  if (!isWanted(request, maxBytes)) return { gone: false, bytes: NOTHING, unread: true };
  return collect(request, maxBytes + 1);
};

const hasBody = (request: IncomingMessage): boolean =>
  request.headers['transfer-encoding'] !== undefined || declaredBytes(request) > 0;

const collect = (request: IncomingMessage, capacity: number): Promise<RequestBody> =>
  new Promise((done) => {
    const store = createStore(capacity);
    const finish = (gone: boolean, unread: boolean) => {
      request.pause().off('data', onData).off('end', onEnd).off('close', onClose);
      done({ gone, bytes: store.bytes(), unread });
    };
    const onData = (chunk: Buffer) => {
      store.add(chunk);
      if (store.isFull()) finish(false, true);
    };
    const onEnd = () => finish(false, false);
    const onClose = () => finish(true, false);
    request.on('data', onData).on('end', onEnd).on('close', onClose);
  });

/** The initial buffer, whatever size is declared, because the body may never arrive. */
const FIRST_BYTES = 16 * 1024;

/**
 * Copies bytes into one growing buffer: in a list of chunks, each chunk would cost a hostile sender one byte and this
 * process a hundred.
 */
const createStore = (capacity: number) => {
  let buffer = Buffer.allocUnsafe(Math.min(capacity, FIRST_BYTES));
  let size = 0;
  const grow = (needed: number): void => {
    const larger = Buffer.allocUnsafe(Math.min(capacity, Math.max(needed, buffer.length * 2)));
    buffer.copy(larger, 0, 0, size);
    buffer = larger;
  };
  return {
    /** Adds as much as fits into `capacity`. */
    add: (chunk: Buffer): void => {
      const needed = Math.min(capacity, size + chunk.length);
      if (needed > buffer.length) grow(needed);
      size += chunk.copy(buffer, size);
    },
    isFull: () => size === capacity,
    bytes: () => buffer.subarray(0, size),
  };
};

/**
 * Discards what the sender still sends, for a bounded time and size: closing at once would reset the connection before
 * the sender has read the answer.
 */
export const drain = (request: IncomingMessage, maxBytes: number, ms: number): Promise<void> =>
  new Promise((done) => {
    let left = maxBytes;
    const finish = () => {
      clearTimeout(timer);
      request.pause().off('data', onData);
      request.socket.off('end', finish);
      done();
    };
    const onData = (chunk: Buffer) => {
      left -= chunk.length;
      if (left <= 0) finish();
    };
    const timer = setTimeout(finish, ms);
    request.on('data', onData).once('end', finish).once('close', finish);
    // A sender that gives up midway closes its side, which Node reports only on the socket.
    request.socket.once('end', finish);
    if (request.complete || request.destroyed) finish();
    else request.resume();
  });
