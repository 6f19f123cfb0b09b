import { type ChildProcess, fork, type Serializable } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { childrenCpuMs } from './engine-cpu.ts';

/** What a child counted while it worked, by name. */
export type Counted = Readonly<Record<string, number>>;

export type ToChild<Setup> =
  | { kind: 'start'; setup: Setup }
  | { kind: 'cpu' }
  | { kind: 'correlated' }
  | { kind: 'work'; what: string };
export type FromChild =
  | { kind: 'ready'; url: string }
  | { kind: 'cpu'; user: number; system: number }
  | { kind: 'correlated' }
  | { kind: 'worked'; counted: Counted };

export type ServerProcess = {
  url: string;
  pid: number;
  /** Processor milliseconds used so far, by the server and by its database. */
  cpuMs(): Promise<{ server: number; database: number }>;
  /** Resolves when everything stored before the call is correlated. One question at a time. */
  correlated(): Promise<void>;
  /** Lets it do some of its own work, and resolves when that is done. One question at a time. */
  work(what: string): Promise<Counted>;
};

const END_MS = 10_000;

const ask = async (child: ChildProcess, message: Serializable): Promise<FromChild> => {
  const ended = new AbortController();
  const exited = once(child, 'exit', { signal: ended.signal }).then(([code]) => {
    throw new Error(`${child.spawnargs.at(-1)} ended with exit code ${code}`);
  });
  const answered = once(child, 'message', { signal: ended.signal });
  child.send(message);
  try {
    const [answer] = await Promise.race([answered, exited]);
    return answer;
  } finally {
    ended.abort();
    await Promise.allSettled([answered, exited]);
  }
};

/** Lets go, which ends the child; forces it when it does not. */
const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  if (child.connected) child.disconnect();
  const force = setTimeout(() => child.kill('SIGKILL'), END_MS);
  await exited;
  clearTimeout(force);
};

/** Starts a server in a process of its own; what it prints goes nowhere, its complaints to our own. */
export const startServer = async (
  { file, setup, env }: { file: string; setup: Serializable; env: NodeJS.ProcessEnv },
  owned: AsyncDisposableStack,
): Promise<ServerProcess> => {
  const child = fork(join(import.meta.dirname, file), [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
    env,
  });
  owned.defer(() => end(child));
  const ready = await ask(child, { kind: 'start', setup });
  if (ready.kind !== 'ready') throw new Error(`${file} did not say where it listens`);
  return {
    url: ready.url,
    pid: child.pid ?? 0,
    cpuMs: async () => {
      const usage = await ask(child, { kind: 'cpu' });
      const server = usage.kind === 'cpu' ? (usage.user + usage.system) / 1000 : Number.NaN;
      return { server, database: childrenCpuMs(child.pid ?? 0) };
    },
    correlated: async () => void (await ask(child, { kind: 'correlated' })),
    work: async (what) => {
      const answer = await ask(child, { kind: 'work', what });
      if (answer.kind !== 'worked') throw new Error(`${file} did not do its work`);
      return answer.counted;
    },
  };
};
