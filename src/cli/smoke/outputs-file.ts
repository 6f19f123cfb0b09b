import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod/mini';
import { PROJECT_FOLDER } from '../../local/project-folder.ts';
import { faultCode } from '../../local/start-error.ts';
import { UsageError } from '../shared/command-error.ts';

/** Where `npm run deploy` leaves the outputs of the stack. */
export const OUTPUTS_FILE = '.local/outputs.json';

/** The outputs of one stack. */
export type Outputs = Readonly<Record<string, string>>;

/** What `cdk deploy --outputs-file` writes: outputs by stack. */
const file = z.record(z.string(), z.record(z.string(), z.string()));

/** npm runs a command in the project's folder; a relative path means the folder it was typed in. */
const pathOf = (given: string | undefined): string =>
  given === undefined
    ? join(PROJECT_FOLDER, OUTPUTS_FILE)
    : resolve(process.env.INIT_CWD ?? process.cwd(), given);

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (fault) {
    throw new UsageError(`${path} cannot be read (${faultCode(fault)}). npm run deploy writes ${OUTPUTS_FILE};
name another file with --outputs, or give --url and --secret-id`);
  }
};

const parse = (path: string): z.output<typeof file> => {
  const text = readText(path);
  try {
    return file.parse(JSON.parse(text));
  } catch {
    throw new UsageError(`${path} is no file of outputs as cdk deploy --outputs-file writes it`);
  }
};

/**
 * The outputs of a stack.
 * @param given default: `OUTPUTS_FILE`
 * @throws UsageError when the file cannot be used or knows no such stack
 */
export const readOutputs = (given: string | undefined, stack: string): Outputs => {
  const path = pathOf(given);
  const stacks = parse(path);
  const outputs = stacks[stack];
  if (outputs) return outputs;
  const known = Object.keys(stacks).join(', ') || 'none';
  throw new UsageError(
    `${path} has no outputs of ${stack} (it has: ${known}): deploy that stage, or name it with --stage`,
  );
};
