import { createHash } from 'node:crypto';

/** Hex SHA-256 of the bytes. */
export const sha256Hex = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');

/**
 * The event's identity: tenant, source and the body's bytes, because the signed bytes are the only thing a
 * sender proves. Opaque; 160 bits of a SHA-256, so that the key stays short in every index.
 */
export const eventId = (tenant: string, source: string, bodySha256: string): string =>
  `evt_${sha256Hex(`${tenant}\n${source}\n${bodySha256}`).slice(0, 40)}`;

/** True for text of the form `eventId` makes. */
export const isEventId = (text: string): boolean => /^evt_[0-9a-f]{40}$/.test(text);
