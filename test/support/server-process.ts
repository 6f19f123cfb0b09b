import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import { type Answer, type Delivery, SECRET, sign } from './app.ts';
import { bundledProgram } from './bundled-program.ts';
import { COMPILE_CACHE } from './compile-cache.ts';

const START = 'src/cli/start.ts';
/** The same, and it correlates nothing. */
export const RECEIVER = 'test/support/receiver-holder.ts';
const READY_MS = 60_000;

/** A whole instance as `npm start` starts it, in a process that can be killed. */
export type ServerProcess = {
  url: string;
  pid: number;
  /** `kill -9`: nothing it holds in memory survives. With its engine, if asked for. */
  kill(options?: { engineToo: boolean }): Promise<void>;
  /** Ends it as Ctrl-C does, and its engine with it. */
  stop(): Promise<void>;
};

const instance = z.object({ pid: z.number(), url: z.string() });

const readUrl = (file: string, pid: number | undefined): string | null => {
  if (!existsSync(file)) return null;
  const record = instance.parse(JSON.parse(readFileSync(file, 'utf8')));
  return record.pid === pid ? record.url : null;
};

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

const whenReady = async (child: ChildProcess, file: string, said: () => string): Promise<string> => {
  for (const end = performance.now() + READY_MS; performance.now() < end; await sleep(10)) {
    const url = readUrl(file, child.pid);
    if (url !== null) return url;
    if (child.exitCode !== null) break;
  }
  child.kill('SIGKILL');
  throw new Error(`the server did not start: ${said()}`);
};

/** Starts an instance whose files lie in `folder`; `env` says which database it has. `program`: see RECEIVER. */
export const startServer = async (
  folder: string,
  env: NodeJS.ProcessEnv,
  program = START,
): Promise<ServerProcess> => {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'instance.json');
  const settings = { PORT: '0', JIRA_WEBHOOK_SECRET: SECRET, ARTIFACTS_DIR: folder, RC_LOG_JSON: 'true' };
  const child = spawn(process.execPath, [await bundledProgram(program), '--instance-file', file], {
    env: {
      ...COMPILE_CACHE,
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      LOG_LEVEL: 'error',
      // Else each would ask git.
      GIT_SHA: 'of-the-tests',
      ...settings,
      ...env,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const exited = once(child, 'exit');
  const url = await whenReady(child, file, () => said);
  const pid = child.pid ?? 0;
  return {
    url,
    pid,
    kill: async ({ engineToo } = { engineToo: false }) => {
      const engines = engineToo ? childrenOf(pid) : [];
      child.kill('SIGKILL');
      for (const engine of engines) process.kill(engine, 'SIGKILL');
      await exited;
    },
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
};

/** A folder that is gone after the tests. */
export const temporaryFolder = async (): Promise<{ path: string; remove(): Promise<void> }> => {
  const path = await mkdtemp(join(tmpdir(), 'jira-webhook-sync-test-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
};

const json = z.record(z.string(), z.unknown());

const toAnswer = async (response: Response, begun: number): Promise<Answer> => ({
  status: response.status,
  headers: Object.fromEntries(response.headers),
  body: json.parse(await response.json()),
  ms: performance.now() - begun,
});

/** Delivers over HTTP; null when the server was gone before it had answered. */
export const deliverTo = async (
  url: string,
  body: string,
  delivery: Delivery = {},
): Promise<Answer | null> => {
  const begun = performance.now();
  const { identifier, secret } = delivery;
  const headers = {
    'X-Hub-Signature': delivery.signature ?? sign(body, secret),
    ...(identifier === undefined ? {} : { 'X-Atlassian-Webhook-Identifier': identifier }),
  };
  try {
    return await toAnswer(await fetch(`${url}/webhooks/jira`, { method: 'POST', headers, body }), begun);
  } catch {
    return null;
  }
};

/** Tries of a read, and milliseconds between two: together longer than a machine is ever too busy. */
const TRIES = 40;
const PAUSE_MS = 250;

/** Reads over HTTP; where the table was late, once more, as every reader should. */
export const getFrom = async (url: string, target: string): Promise<Answer> => {
  for (let tried = 1; ; tried += 1) {
    const begun = performance.now();
    const answer = await toAnswer(await fetch(`${url}${target}`), begun);
    if (answer.status !== 503 || tried === TRIES) return answer;
    await sleep(PAUSE_MS);
  }
};
