import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { COMPILE_CACHE } from '../../support/compile-cache.ts';

const FILE = join(import.meta.dirname, 'writer-process.ts');

/** A process that says lines until it ends or is killed. */
export type Writer = {
  /** Resolves with the first line nobody has waited for yet; null when it has ended. */
  next(): Promise<string | null>;
  /** All it said, when it has ended; `code` is null when it was killed. */
  ended: Promise<{ code: number | null; said: string[] }>;
  begin(): void;
  /** `kill -9`. */
  kill(): void;
};

/** Starts `writer-process.ts` with these arguments. */
export const startWriter = (...args: string[]): Writer => {
  const child = spawn(process.execPath, [FILE, ...args], {
    env: { ...process.env, ...COMPILE_CACHE },
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: 120_000,
    killSignal: 'SIGKILL',
  });
  const said: string[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => said.push(line));
  const closed = once(lines, 'close');
  const exited = once(child, 'exit');
  let waitedFor = 0;
  return {
    next: async () => {
      waitedFor += 1;
      while (said.length < waitedFor) {
        const ended = await Promise.race([closed.then(() => true), once(lines, 'line').then(() => false)]);
        if (ended) return said[waitedFor - 1] ?? null;
      }
      return said[waitedFor - 1] ?? null;
    },
    ended: Promise.all([exited, closed]).then(() => ({ code: child.exitCode, said })),
    begin: () => void child.stdin.write('\n'),
    kill: () => void child.kill('SIGKILL'),
  };
};
