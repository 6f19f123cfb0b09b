import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { faultCode, StartError } from './start-error.ts';

/** Where the masters of this machine's connections are: beside the record of the instance that uses them. */
export const mastersFileBeside = (instanceFile: string): string =>
  join(dirname(instanceFile), 'masters.json');

/** 256 random bits, as the secret holds a master. */
export const newMaster = (): string => randomBytes(32).toString('hex');

/** A document with one master, number 1. */
export const firstMaster = (): string => JSON.stringify({ connections_master_1: newMaster() });

/**
 * The file's text, a JSON object as CONNECTIONS_MASTERS is; makes the file with a first master where there is none, so that
 * connections in a database that is kept go on working at the next start. Owner only.
 * @throws StartError when it can be neither read nor made
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
    // Somebody else has just made it: theirs counts.
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

/** Writes the file anew, aside and renamed, so that nobody reads half of it. */
export const writeMastersFile = (file: string, text: string): void =>
  renameSync(writeAside(file, text), file);
