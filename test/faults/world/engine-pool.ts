import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, startEngine } from '../../../src/local/engine.ts';

/** The embedded engine searches all it has ever stored for each write, so it is changed now and then. */
const RUNS_OF_AN_ENGINE = 24;

type Used = { engine: Promise<Engine>; runs: number; open: number };

/** `restart` kills it and answers the endpoint of the next one, which has the same items. Disposing gives it back. */
export type TakenEngine = { endpoint(): string; restart(): Promise<string> } & AsyncDisposable;

/** One engine for many runs, each on a table of its own. */
export type EnginePool = { take(): Promise<TakenEngine> } & AsyncDisposable;

/** An engine on a file of its own. */
export const ownEngine = async (): Promise<TakenEngine> => {
  const folder = await mkdtemp(join(tmpdir(), 'jira-webhook-sync-engine-'));
  const start = () => startEngine({ dbPath: join(folder, 'database') });
  let engine = await start();
  return {
    endpoint: () => engine.endpoint,
    restart: async () => {
      process.kill(engine.pid, 'SIGKILL');
      await engine.exited;
      engine = await start();
      return engine.endpoint;
    },
    [Symbol.asyncDispose]: async () => {
      await engine.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const shared = async (): Promise<string> => {
  throw new Error('an engine that others use is not restarted');
};

export const openEnginePool = (): EnginePool => {
  const all = new Set<Used>();
  let current: Used | null = null;

  const end = async (used: Used): Promise<void> => {
    all.delete(used);
    await (await used.engine).stop();
  };
  const fresh = (): Used => {
    const used = { engine: startEngine(), runs: 0, open: 0 };
    all.add(used);
    return used;
  };
  return {
    take: async () => {
      if (current === null || current.runs >= RUNS_OF_AN_ENGINE) current = fresh();
      const used = current;
      used.runs += 1;
      used.open += 1;
      const { endpoint } = await used.engine;
      return {
        endpoint: () => endpoint,
        restart: shared,
        [Symbol.asyncDispose]: async () => {
          used.open -= 1;
          if (used.open === 0 && used.runs >= RUNS_OF_AN_ENGINE) await end(used);
        },
      };
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...all].map(end));
    },
  };
};
