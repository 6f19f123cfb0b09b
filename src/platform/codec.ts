import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/**
 * The one form in which payloads lie in an item: zstd, because of what fits its size it costs the least CPU
 * (`docs/decisions/` and `npm run bench` have the figures).
 */
export const compress = (bytes: Uint8Array | string): Buffer => zstdCompressSync(bytes);

/** What `compress` was given. @throws when the bytes are not its output. */
export const decompress = (bytes: Uint8Array): Buffer => zstdDecompressSync(bytes);
