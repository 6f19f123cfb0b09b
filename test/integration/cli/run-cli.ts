import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import * as z from 'zod/mini';
import { PROJECT_FOLDER } from '../../../src/local/project.ts';
import { callBeside } from '../../support/beside.ts';
import { COMPILE_CACHE } from '../../support/compile-cache.ts';
import { runHere } from '../../support/run-here.ts';

/** `code` is a number; what else it is says that it did not end by itself. */
export type Ended = { code: unknown; stdout: string; stderr: string };

/** With nobody at a terminal, and only this environment. */
const environment = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  ...env,
});

/** Runs a command as `npm run <name> -- …args` would, but in this process: see `runHere`. */
export const runCli = (name: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  runHere(`src/cli/${name}.ts`, args, environment(env));

const endedSchema = z.object({ code: z.unknown(), stdout: z.string(), stderr: z.string() });
const RUN_HERE = join(PROJECT_FOLDER, 'test/support/run-here.ts');

/** The same in a small process that goes on, for what starts git: see `callBeside`. */
export const runCliBeside = async (
  name: string,
  args: string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Ended> =>
  endedSchema.parse(await callBeside(RUN_HERE, 'runHere', [`src/cli/${name}.ts`, args, environment(env)]));

/** The same in a process of its own, which must end by itself. */
export const spawnCli = async (
  name: string,
  args: string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Ended & { bytes: Buffer }> => {
  const child = spawn(process.execPath, [`src/cli/${name}.ts`, ...args], {
    cwd: PROJECT_FOLDER,
    env: { ...environment(env), ...COMPILE_CACHE },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((done) => child.once('close', done));
  const [bytes, said, code] = await Promise.all([buffer(child.stdout), buffer(child.stderr), ended]);
  return { code, bytes, stdout: bytes.toString(), stderr: said.toString() };
};
