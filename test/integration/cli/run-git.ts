import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs git with these arguments and this environment, and answers what it says. */
export const runGit = async (args: string[], env: NodeJS.ProcessEnv): Promise<string> =>
  (await run('git', args, { env })).stdout;
