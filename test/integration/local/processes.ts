import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll } from 'vitest';
import { processStart } from '../../../src/local/processes.ts';
import { COMPILE_CACHE } from '../../support/compile-cache.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

/** A folder for one test file, removed after it. */
export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'jira-webhook-sync-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

export const isGone = (pid: number): boolean => processStart(pid) === null;

/** Waits for something that another process does. */
export const eventually = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (let tried = 0; tried < 1_000; tried++) {
    if (await holds()) return;
    await sleep(20);
  }
  throw new Error('it did not come true');
};

/** A child process with all it prints. `exited` resolves with its exit code, or the signal that ended it. */
export type Spawned = {
  child: ChildProcess;
  pid: number;
  printed(): string;
  exited: Promise<number | string>;
  until(pattern: RegExp): Promise<RegExpMatchArray>;
};

const watch = (child: ChildProcess): Spawned => {
  let text = '';
  const add = (part: Buffer) => {
    text += part;
  };
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  const exited = new Promise<number | string>((done) =>
    child.once('close', (code, signal) => done(signal ?? code ?? -1)),
  );
  const until = async (pattern: RegExp): Promise<RegExpMatchArray> => {
    let over = false;
    void exited.then(() => {
      over = true;
    });
    for (; ; await sleep(10)) {
      const match = pattern.exec(text);
      if (match) return match;
      if (over) throw new Error(`ended without ${pattern}: ${text}`);
    }
  };
  return { child, pid: child.pid ?? 0, printed: () => text, exited, until };
};

/** Starts a script of this project. `ownGroup`: as a shell does it, so that a Ctrl-C can be sent to all of it. */
export const spawnScript = (script: string, args: string[] = [], options: SpawnSettings = {}): Spawned =>
  spawnCommand(process.execPath, [script, ...args], options);

export type SpawnSettings = { env?: Record<string, string>; ownGroup?: boolean };

/** Starts any command in the project folder, with nothing of our environment but where programs are. */
export const spawnCommand = (command: string, args: string[], options: SpawnSettings = {}): Spawned => {
  const { PATH = '', HOME = '' } = process.env;
  const settings = {
    cwd: ROOT,
    detached: options.ownGroup ?? false,
    env: { ...COMPILE_CACHE, PATH, HOME, ...options.env },
  };
  return watch(spawn(command, args, { ...settings, stdio: ['ignore', 'pipe', 'pipe'] }));
};
