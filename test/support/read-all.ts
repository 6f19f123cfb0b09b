import type { Readable } from 'node:stream';

/**
 * All bytes of a stream. `buffer` of `node:stream/consumers` makes a `Blob` of them first, which costs a stand-in more
 * than all else it does with a request.
 * @throws Error when the stream is cut off
 */
export const readAll = (stream: Readable): Promise<Buffer> =>
  new Promise((done, failed) => {
    const parts: Buffer[] = [];
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.once('end', () => done(Buffer.concat(parts)));
    stream.once('error', failed);
    // After the end this says nothing new.
    stream.once('close', () => failed(new Error('The stream was cut off.')));
  });
