import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { ownerMark } from './left-over.ts';
import { faultCode } from './start-error.ts';

type Child = ChildProcessByStdio<null, null, Readable>;

/** A started engine that may not answer yet. */
export type EngineProcess = {
  pid: number | undefined;
  /** Resolves with how it ended (`exit code 1`, `signal SIGKILL`, `ENOENT`); never rejects. */
  exited: Promise<string>;
  /** The last part of what it wrote to standard error. */
  said(): string;
  /** Asks it to end, then forces it; resolves when it is gone. */
  stop(): Promise<void>;
};

const SAID_CHARACTERS = 2_000;
const STOP_MS = 5_000;

const whenExited = (child: Child): Promise<string> =>
  new Promise((done) => {
    child.once('error', (fault) => done(faultCode(fault)));
    child.once('exit', (code, signal) => done(signal ? `signal ${signal}` : `exit code ${code}`));
  });

const listenTo = (child: Child): (() => string) => {
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-SAID_CHARACTERS);
  });
  return () => said.trim();
};

const end = async (child: Child, exited: Promise<string>): Promise<void> => {
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await exited;
  clearTimeout(force);
};

/**
 * Starts the engine's server. `detached`: in a session of its own, because Ctrl-C goes to the whole process
 * group and would end it before the requests in flight. Its environment is only the mark, so no credential
 * ever reaches it. Should this process end without `stop`, the engine is told to.
 */
export const spawnEngine = (binary: string, args: string[]): EngineProcess => {
  const child = spawn(binary, args, {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: ownerMark(),
    cwd: '/',
  });
  const exited = whenExited(child);
  const endWithUs = () => child.kill('SIGTERM');
  process.once('exit', endWithUs);
  void exited.then(() => process.off('exit', endWithUs));
  return { pid: child.pid, exited, said: listenTo(child), stop: () => end(child, exited) };
};
