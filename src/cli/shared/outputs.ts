import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { PROJECT_FOLDER } from '../../local/project.ts';
import { faultCode } from '../../local/start-error.ts';
import { UsageError } from './command.ts';
import { typedPath } from './terminal.ts';

/** Where `npm run deploy` writes the outputs of the stack. */
export const OUTPUTS_FILE = '.local/outputs.json';

/** The outputs of one stack. */
export type Outputs = Readonly<Record<string, string>>;

/** The name of a stage's stack. */
export const stackOf = (stage: string): string => `JiraWebhookSync-${stage}`;

/**
 * The outputs of the deployment of a stage; empty without a stage.
 * @throws UsageError when the file cannot be used or has no such stack
 */
export const outputsOf = ({ stage, outputs }: { stage?: string; outputs?: string }): Outputs => {
  if (stage !== undefined) return readOutputs(outputs, stackOf(stage));
  if (outputs !== undefined) throw new UsageError('--outputs needs --stage');
  return {};
};

/** What `cdk deploy --outputs-file` writes: outputs by stack. */
const file = z.record(z.string(), z.record(z.string(), z.string()));

/** @param given default: `OUTPUTS_FILE` */
const readOutputs = (given: string | undefined, stack: string): Outputs => {
  const path = pathOf(given);
  const stacks = parse(path);
  const outputs = stacks[stack];
  if (outputs) return outputs;
  const known = Object.keys(stacks).join(', ') || 'none';
  throw new UsageError(
    `${path} has no outputs of ${stack} (it has: ${known}): deploy that stage, or name it with --stage`,
  );
};

const pathOf = (given: string | undefined): string =>
  given === undefined ? join(PROJECT_FOLDER, OUTPUTS_FILE) : typedPath(given);

const parse = (path: string): z.output<typeof file> => {
  const text = readText(path);
  try {
    return file.parse(JSON.parse(text));
  } catch {
    throw new UsageError(`${path} is not an outputs file of cdk deploy --outputs-file`);
  }
};

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (fault) {
    throw new UsageError(`${path} cannot be read (${faultCode(fault)}). npm run deploy writes ${OUTPUTS_FILE};
name another file with --outputs, or give what it would say (--help shows the options)`);
  }
};
