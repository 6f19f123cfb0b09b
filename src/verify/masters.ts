import type { Logger } from '../platform/logger.ts';
import { readSecretObject } from './secret-document.ts';

/** The masters by number. A number's master never changes. */
export type Masters = ReadonlyMap<number, Buffer>;

/** The name of a master in the secret's document. */
export const masterName = (number: number): string => `connections_master_${number}`;

/** The name under which the document says when a master was made, as an instant. */
export const masterMadeName = (number: number): string => `${masterName(number)}_made_at`;

const NAME = /^connections_master_([1-9][0-9]{0,8})$/;

/** The number in the name of a master, whether or not its value is valid; null for any other name. */
export const masterNumber = (name: string): number | null => {
  const number = NAME.exec(name)?.[1];
  return number === undefined ? null : Number(number);
};

/** 256 random bits in hex, as `npm run connections -- init` writes them. */
const MASTER = /^[0-9a-fA-F]{64}$/;

/**
 * Reads the masters of the secret's document. One that is not 64 hex digits is left out and its number logged;
 * deliveries whose credential needs it are answered 503, as for a missing master.
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
