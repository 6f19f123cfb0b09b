import type { Logger } from '../platform/logger.ts';
import { readSecretObject } from './secret-document.ts';

/** The keys that credentials of connections are derived from, by their numbers. A number never gets another key. */
export type Masters = ReadonlyMap<number, Buffer>;

/** The key of the secret that holds a master. */
export const masterName = (number: number): string => `connections_master_${number}`;

/** The key that says when it was made, as an instant. */
export const masterMadeName = (number: number): string => `${masterName(number)}_made_at`;

const NAME = /^connections_master_([1-9][0-9]{0,8})$/;

/** The number of the master that a key of the secret is meant to hold, whether or not it does; null for any other key. */
export const masterNumber = (name: string): number | null => {
  const number = NAME.exec(name)?.[1];
  return number === undefined ? null : Number(number);
};

/** 256 random bits as `npm run connections -- init` writes them. */
const MASTER = /^[0-9a-fA-F]{64}$/;

/**
 * The masters of the secret's document. One that is not 64 hex digits is left out, and its number told: what names it is
 * answered 503, as if it was not there.
 * @throws SecretDocumentError when the document is not a JSON object
 */
export const readMasters = (document: string, log: Pick<Logger, 'warn'>): Masters => {
  const masters = new Map<number, Buffer>();
  for (const [name, value] of Object.entries(readSecretObject(document))) {
    const number = masterNumber(name);
    if (number === null) continue;
    if (typeof value === 'string' && MASTER.test(value)) masters.set(number, Buffer.from(value, 'hex'));
    else log.warn({ master: number }, 'a master of connections is not 64 hex digits, and is left out');
  }
  return masters;
};
