import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/**
 * The only format of payloads in items: zstd, which needs the least CPU of the formats that compress well enough
 * (`docs/decisions/` and `npm run bench` have the figures).
 */
export const compress = (bytes: Uint8Array | string): Buffer => zstdCompressSync(bytes);

/** More than any stored payload: a body of 4 MB made at most 120 MB of JSON, when events still kept every change. */
const MOST_BYTES = 160_000_000;

/** Reverses `compress`. @throws when the bytes are not its output, or decompress to more than anything we store. */
export const decompress = (bytes: Uint8Array): Buffer =>
  zstdDecompressSync(bytes, { maxOutputLength: MOST_BYTES });
