import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { faultCode } from '../../local/start-error.ts';
import { UsageError } from '../shared/command-error.ts';

/** One body to send, its bytes as they lie in the file. */
export type Input = { name: string; body: Buffer };

const SAMPLES_FOLDER = join(import.meta.dirname, '../samples');

/** Names of the built-in samples. */
export const sampleNames = (): string[] =>
  readdirSync(SAMPLES_FOLDER)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();

/** npm runs a command in the project's folder; a relative path means the folder it was typed in. */
const candidates = (name: string): string[] =>
  [process.cwd(), process.env.INIT_CWD ?? process.cwd()].map((folder) => resolve(folder, name));

const pathOf = (name: string): string => {
  const file = candidates(name).find((path) => existsSync(path));
  if (file !== undefined) return file;
  if (sampleNames().includes(name)) return join(SAMPLES_FOLDER, `${name}.json`);
  throw new UsageError(`${name} is neither a file nor a sample. Samples: ${sampleNames().join(', ')}`);
};

/**
 * The bytes of a file, or of the sample of this name where there is no such file.
 * @throws UsageError when it is neither, or cannot be read
 */
export const readInput = (name: string): Input => {
  const path = pathOf(name);
  if (statSync(path).isDirectory())
    throw new UsageError(`${name} is a folder: name its files (${name}/*.json)`);
  try {
    return { name, body: readFileSync(path) };
  } catch (fault) {
    throw new UsageError(`${name} cannot be read (${faultCode(fault)})`);
  }
};
