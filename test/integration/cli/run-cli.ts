import { spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
import { PROJECT_FOLDER } from '../../../src/local/project-folder.ts';
import { COMPILE_CACHE } from '../../support/compile-cache.ts';

export type Ended = { code: number | null; stdout: string; stderr: string; bytes: Buffer };

/**
 * Runs a command as `npm run <name> -- …args` would, with nobody at a terminal and only this environment.
 * It must end by itself.
 */
export const runCli = async (name: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> => {
  const child = spawn(process.execPath, [`src/cli/${name}.ts`, ...args], {
    cwd: PROJECT_FOLDER,
    env: { PATH: process.env.PATH, HOME: '/nonexistent', ...COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((done) => child.once('close', done));
  const [bytes, said, code] = await Promise.all([buffer(child.stdout), buffer(child.stderr), ended]);
  return { code, bytes, stdout: bytes.toString(), stderr: said.toString() };
};
