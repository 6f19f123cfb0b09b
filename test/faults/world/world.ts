import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMITS_ON, openApp, SECRET, type TestApp } from '../../support/app.ts';
import { MASTERS } from '../../support/connected.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { PATIENT, patient } from '../../support/patience.ts';
import { type MovableClock, movableClock } from './clock.ts';
import { type Host, type ProcessHost, startInside, startProcess } from './host.ts';

/** Where one run plays: a table, a proxy that spoils what it is told to, and an instance behind it. */
export type World = {
  proxy: FaultProxy;
  clock: MovableClock;
  /** Artifacts, and what an instance in a process of its own keeps. */
  folder: string;
  tableName: string;
  /** What an instance is started with, unless a row says otherwise. */
  env: NodeJS.ProcessEnv;
  /** Reads past the proxy; first used when no fault ends the database any more. */
  readonly reader: TestApp;
  url(): string;
  /** Resolves when the instance in this process has correlated everything stored before the call. */
  correlated(): Promise<void>;
  start(env?: NodeJS.ProcessEnv, options?: { correlate: boolean }): Promise<void>;
  startProcess(env?: NodeJS.ProcessEnv): Promise<ProcessHost>;
  stop(): Promise<void>;
} & AsyncDisposable;

const environment = (proxy: FaultProxy, folder: string, tableName: string): NodeJS.ProcessEnv => ({
  JIRA_WEBHOOK_SECRET: SECRET,
  CONNECTIONS_MASTERS: MASTERS,
  ...COMMITS_ON,
  PORT: '0',
  ARTIFACTS_DIR: folder,
  TABLE_NAME: tableName,
  // The first sweep asks for every day that an event may be of; a run takes seconds.
  EVENT_RETENTION_DAYS: '2',
  AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint,
});

const spoilsNothing = (): never => {
  throw new Error('this row says that it leaves the table alone');
};

/** What stands where a proxy would, for rows that spoil no call to the table: each call would cost twice as much. */
const noProxy = (endpoint: string): FaultProxy => ({
  endpoint,
  seen: [],
  struck: 0,
  fail: spoilsNothing,
  nextStrike: spoilsNothing,
  retarget: spoilsNothing,
  refuse: spoilsNothing,
  accept: spoilsNothing,
  heal: () => {},
  close: async () => {},
});

/**
 * A world on an engine; nothing is started in it yet. Disposing of it ends all it started.
 * @param leavesTable true where no call to the table is spoilt
 */
export const openWorld = async (endpoint: () => string, leavesTable = false): Promise<World> => {
  const owned = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'jira-webhook-sync-faults-'));
  owned.defer(() => rm(folder, { recursive: true, force: true }));
  const proxy = leavesTable ? noProxy(endpoint()) : await startFaultProxy(endpoint());
  owned.defer(proxy.close);
  const tableName = `faults-${randomUUID()}`;
  const clock = movableClock();
  const env = environment(proxy, folder, tableName);
  const openReader = (): TestApp =>
    patient(
      openApp({ endpoint: endpoint(), tableName, clock, env: { LOG_LEVEL: 'silent' }, dynamodb: PATIENT }),
    );
  let reader: TestApp | null = null;
  let host: Host | null = null;
  owned.defer(async () => host?.stop());

  const started = <Started extends Host>(next: Started): Started => {
    host = next;
    return next;
  };
  return {
    proxy,
    clock,
    folder,
    tableName,
    env,
    get reader() {
      reader ??= openReader();
      return reader;
    },
    // Between a kill and the next start nobody listens: port 9 is the discard service's.
    url: () => host?.url ?? 'http://127.0.0.1:9',
    correlated: async () => host?.correlated?.(),
    start: async (more = {}, { correlate } = { correlate: true }) =>
      void started(await startInside({ ...env, ...more }, clock, correlate)),
    startProcess: async (more = {}) => {
      const own = started(await startProcess(folder, { ...env, ...more }));
      const kill = async (options?: { engineToo: boolean }): Promise<void> => {
        host = null;
        await own.kill(options);
      };
      return { ...own, kill };
    },
    stop: async () => {
      const ending = host;
      host = null;
      await ending?.stop();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
};
