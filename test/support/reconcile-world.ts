import * as z from 'zod/mini';
import { readEnv } from '../../src/contract/env.ts';
import { startRun } from '../../src/http/request.ts';
import { createJiraClient } from '../../src/jira/client.ts';
import { openReads } from '../../src/jira/reads/open-reads.ts';
import { createLogger } from '../../src/platform/logger.ts';
import type { Loop } from '../../src/reconcile/loop.ts';
import { observe } from '../../src/reconcile/observe/observe.ts';
import { createSpeed } from '../../src/reconcile/observe/speed.ts';
import type { TurnDeps } from '../../src/reconcile/session.ts';
import { runTurn, type TurnReport } from '../../src/reconcile/turn.ts';
import { startApp, type TestApp } from './app.ts';
import { watchReads } from './reconciled/mortal.ts';
import { type JiraKind, type ScriptedJira, startScriptedJira, TOKEN } from './scripted-jira/scripted-jira.ts';

/** A scripted Jira, a table and a runner, all by one clock that only moves when somebody waits. */
export type ReconcileWorld = {
  jira: ScriptedJira;
  app: TestApp;
  deps: TurnDeps;
  now(): number;
  pass(ms: number): void;
  /** A turn without an end, also of what is not due. */
  run(loops: readonly Loop[], deps?: Partial<TurnDeps>): Promise<TurnReport>;
  /** What the API says of an issue; null where it knows none. */
  shown(id: number): Promise<Record<string, unknown> | null>;
};

const START = Date.UTC(2026, 10, 1);

/** Nobody waits for his turn here: what that does to requests is tested elsewhere. */
const AT_WILL = { at_once: 4, a_second: 1_000 };

export const startReconcileWorld = async (endpoint: string, kind: JiraKind): Promise<ReconcileWorld> => {
  let now = START;
  const clock = () => now;
  const sleep = async (ms: number) => {
    now += Math.ceil(ms);
  };
  const jira = await startScriptedJira(kind, clock);
  const app = await startApp({ endpoint, clock });
  const log = createLogger({ ...readEnv({}), LOG_LEVEL: 'silent' });
  const site = { authorization: `Bearer ${TOKEN}`, url: jira.url, api: jira.url };
  const speed = createSpeed(clock);
  const deps: TurnDeps = {
    table: app.events.table,
    tenant: 'default',
    retention_days: app.events.retention_days,
    clock,
    log,
    chance: Math.random,
    projects: null,
    openReads: () => openReads(createJiraClient(site, AT_WILL, { clock, steady: clock, sleep }), site),
    observe: (looks, restore) => {
      const run = startRun(clock, () => AbortSignal.timeout(60_000));
      return observe({ tenant: 'default', events: app.events, clock, log, speed }, looks, run, restore);
    },
  };
  return {
    jira,
    app,
    deps,
    now: clock,
    pass: (ms) => {
      now += ms;
    },
    run: (loops, replaced = {}) => runTurn({ ...deps, ...replaced }, { loops, until_ms: null, now: true }),
    shown: async (id) => {
      const { status, body } = await app.get(`/issues/${id}`);
      return status === 200 ? body : null;
    },
  };
};

const attribute = z.looseObject({ pk: z.object({ S: z.string() }) });

const written = z.looseObject({
  Item: z.optional(attribute),
  Key: z.optional(attribute),
  UpdateExpression: z.optional(z.string()),
  RequestItems: z.optional(
    z.record(z.string(), z.array(z.object({ PutRequest: z.object({ Item: attribute }) }))),
  ),
});

/** Of a write that gives plain attributes; none of a read. */
const partitionsIn = (input: unknown): string[] => {
  const { data } = written.safeParse(input);
  const puts = Object.values(data?.RequestItems ?? {}).flat();
  const changed = data?.UpdateExpression === undefined ? [] : [data.Key];
  const items = [...puts.map(({ PutRequest }) => PutRequest.Item), data?.Item, ...changed];
  return items.flatMap((item) => item?.pk.S ?? []);
};

/** What the work writes: the partition of each row, in order, also where a condition refuses the write. */
export const recordWrites = async <T extends object>(
  { deps }: { deps: Pick<TurnDeps, 'table'> },
  work: () => Promise<T>,
): Promise<T & { writes: string[] }> => {
  const writes: string[] = [];
  const { client } = deps.table;
  const send = client.send;
  client.send = (command: { input: unknown }, ...rest: never[]) => {
    writes.push(...partitionsIn(command.input));
    return Reflect.apply(send, client, [command, ...rest]);
  };
  try {
    return { ...(await work()), writes };
  } finally {
    client.send = send;
  }
};

/**
 * Does the work in a process that dies after so many calls of the table or of Jira: none of its later calls arrives.
 * @returns false when the work was done before that
 */
export const dieAfter = async (
  { deps }: ReconcileWorld,
  calls: number,
  work: () => Promise<unknown>,
): Promise<boolean> => {
  let left = calls;
  const { client, documentClient } = deps.table;
  const originals = [client, documentClient].map((one) => [one, one.send] as const);
  const { openReads } = deps;
  const live = (): void => {
    left -= 1;
    if (left < 0) throw new Error('killed');
  };
  for (const [one, send] of originals)
    one.send = (...sent: never[]) => {
      live();
      return Reflect.apply(send, one, sent);
    };
  deps.openReads = async () => watchReads(await openReads(), live);
  try {
    await work();
  } catch {
    // What a process that is no more would have thrown.
  } finally {
    for (const [one, send] of originals) one.send = send;
    deps.openReads = openReads;
  }
  return left < 0;
};
