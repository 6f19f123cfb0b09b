import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { faultCode } from '../../local/start-error.ts';
import { UsageError } from './command.ts';
import { typedPath } from './terminal.ts';

/**
 * A secret from a file or, for `-`, from standard input, without the line break at its end. Never from an argument: other
 * users of this machine can see a command line.
 * @throws UsageError when there is none, without quoting it
 */
export const readSecretFile = async (path: string): Promise<string> => {
  const [secret = '', ...others] = await readSecretLines(path);
  if (others.length > 0) throw new UsageError('The secret must be one line');
  return secret;
};

/** The same for several lines; empty ones are left out. @throws UsageError when there is none */
export const readSecretLines = async (path: string): Promise<string[]> => {
  const lines = (await readSource(path)).split(/\r\n|\r|\n/).filter((line) => line !== '');
  if (lines.length > 0) return lines;
  throw new UsageError(`${path === '-' ? 'Standard input' : path} holds no secret`);
};

const readSource = async (path: string): Promise<string> => {
  if (path === '-') return readAll(process.stdin);
  try {
    return await readFile(typedPath(path), 'utf8');
  } catch (fault) {
    throw new UsageError(`${path} cannot be read (${faultCode(fault)})`);
  }
};
