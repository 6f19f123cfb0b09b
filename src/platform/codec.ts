import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/**
 * The one form in which an item holds payloads: zstd, because of what fits its size it costs the least CPU
 * (`docs/decisions/` and `npm run bench` have the figures).
 */
export const compress = (bytes: Uint8Array | string): Buffer => zstdCompressSync(bytes);

/**
 * More than anything stored holds: a body of 4 MB made 120 MB of JSON at most, when an event still kept every change
 * in it.
 */
const MOST_BYTES = 160_000_000;

/** What `compress` was given. @throws when the bytes are not its output, or hold more than anything we store. */
export const decompress = (bytes: Uint8Array): Buffer =>
  zstdDecompressSync(bytes, { maxOutputLength: MOST_BYTES });
