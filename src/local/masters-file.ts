import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { faultCode, StartError } from './start-error.ts';

/** The file with the masters of this machine's connections: next to the record of the instance that uses them. */
export const mastersFileBeside = (instanceFile: string): string =>
  join(dirname(instanceFile), 'masters.json');

/** A master as the secret stores it: 256 random bits. */
export const newMaster = (): string => randomBytes(32).toString('hex');

/** A new document with one master, number 1. */
export const firstMaster = (): string => JSON.stringify({ connections_master_1: newMaster() });

/**
 * The file's text, a JSON object like CONNECTIONS_MASTERS. Creates the file with a first master if it is missing, so
 * that connections in a persistent database still work after a restart. Readable by its owner only.
 * @throws StartError when it can be neither read nor created
 */
export const ensureMastersFile = (file: string): string => {
  try {
    return readMastersFile(file) ?? makeFile(file);
  } catch (fault) {
    throw new StartError(`${file}, the masters of connections, cannot be used (${faultCode(fault)})`);
  }
};

/** The file's text, null when there is none. @throws what Node throws for any other fault */
export const readMastersFile = (file: string): string | null => {
  try {
    return readFileSync(file, 'utf8');
  } catch (fault) {
    if (faultCode(fault) === 'ENOENT') return null;
    throw fault;
  }
};

const makeFile = (file: string): string => {
  const aside = writeAside(file, firstMaster());
  try {
    linkSync(aside, file);
  } catch (fault) {
    // A concurrent process has just created it: its file is used.
    if (faultCode(fault) !== 'EEXIST') throw fault;
  } finally {
    rmSync(aside, { force: true });
  }
  return readFileSync(file, 'utf8');
};

const writeAside = (file: string, text: string): string => {
  const aside = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(aside, `${text}\n`, { mode: 0o600 });
  return aside;
};

/** Replaces the file atomically: writes a temporary file and renames it. */
export const writeMastersFile = (file: string, text: string): void =>
  renameSync(writeAside(file, text), file);
