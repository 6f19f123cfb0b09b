import { readEnv } from '../../../src/contract/env.ts';
import { DEFAULT_TENANT } from '../../../src/domain/tenant.ts';
import { startRun } from '../../../src/http/request.ts';
import { createJiraClient } from '../../../src/jira/client.ts';
import { openReads } from '../../../src/jira/reads/open-reads.ts';
import { embeddedConfig } from '../../../src/local/aws-config.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { LOOPS } from '../../../src/reconcile/loops.ts';
import { observe } from '../../../src/reconcile/observe/observe.ts';
import { createSpeed } from '../../../src/reconcile/observe/speed.ts';
import type { TurnDeps } from '../../../src/reconcile/session.ts';
import { thirtiethLoop } from '../../../src/reconcile/thirtieth.ts';
import { runTurn, type TurnReport } from '../../../src/reconcile/turn.ts';
import { openTable } from '../../../src/wiring/open.ts';
import { createTable, openApp, SECRET, type TestApp } from '../app.ts';
import { startCorrelation, type TestCorrelation } from '../correlation.ts';
import { type Random, randomOf } from '../random.ts';
import {
  type JiraKind,
  type ScriptedJira,
  startScriptedJira,
  TOKEN,
} from '../scripted-jira/scripted-jira.ts';
import { type Life, mortalReads, mortalTable } from './mortal.ts';

/** A Jira, a table that is to become equal to it, and everything between them. */
export type ReconciledWorld = {
  jira: ScriptedJira;
  app: TestApp;
  random: Random;
  /** Time goes on. */
  pass(ms: number): void;
  /**
   * One turn; after so many calls to Jira or the table its process is dead. Null when it died before it began.
   * `only`: the daily thirtieth.
   */
  turn(how?: { calls?: number; only?: 'thirtieth' }): Promise<TurnReport | null>;
  /** What the stream brings of events that it has not brought yet. */
  correlate(): Promise<void>;
  /** Somebody names an issue in a commit: by its key, or one that it had. */
  commit(issueId: number, choice: number): Promise<void>;
  /** Keys by the commits that name them. */
  named: Map<string, string>;
  /** Deliveries of webhooks that were taken. */
  taken(): number;
  close(): Promise<void>;
};

export type WorldOptions = { endpoint: string; kind: JiraKind; seed: number };

const START_MS = Date.UTC(2026, 5, 1);
const LIMITS = { at_once: 4, a_second: 50 };
const RUN_MS = 60_000;

const SILENT = createLogger({ ...readEnv({}), LOG_LEVEL: 'silent' });

/** @param taken is called for each delivery */
const subscribe = (jira: ScriptedJira, app: TestApp, taken: () => void): void => {
  jira.add({
    name: 'Ours',
    url: 'http://127.0.0.1/webhooks/jira',
    secret: SECRET,
    configuration: { SECRET },
  });
  jira.sending.post = async ({ body, headers }) => {
    const { status } = await app.deliver(body, { signature: headers['x-hub-signature'] ?? '' });
    if (status >= 400) throw new Error(`a delivery was answered with ${status}`);
    taken();
    return true;
  };
};

/** Keys that an issue has and had. */
const keysOf = ({ site }: ScriptedJira, issueId: number): string[] =>
  [...site.ledger.keys].flatMap(([place, id]) => {
    const [project, number] = place.split('-');
    return id === issueId ? `${site.state.projects.get(Number(project))?.key}-${number}` : [];
  });

/** Hands correlation what is new in the table. */
const streamOf = (correlation: TestCorrelation) => {
  const brought = new Set<string>();
  return async (): Promise<void> => {
    const records = (await correlation.records()).filter(({ dynamodb }) => {
      const pk = dynamodb?.Keys?.pk?.S ?? '';
      return !brought.has(pk) && brought.add(pk);
    });
    const { batchItemFailures } = await correlation.run(records);
    if (batchItemFailures.length > 0) throw new Error('correlation left events');
  };
};

export const openReconciledWorld = async ({
  endpoint,
  kind,
  seed,
}: WorldOptions): Promise<ReconciledWorld> => {
  let now = START_MS;
  let commits = 0;
  const clock = () => Math.floor(now);
  const sleep = async (ms: number): Promise<void> => {
    now += ms;
  };
  const random = randomOf(seed);
  const tableName = await createTable(endpoint);
  const app = openApp({ endpoint, tableName, clock });
  const jira = await startScriptedJira(kind, clock);
  jira.most_rows = 3;
  let taken = 0;
  subscribe(jira, app, () => {
    taken += 1;
  });
  const correlation = startCorrelation(app, { clock, site_tenant: DEFAULT_TENANT });
  const stream = streamOf(correlation);
  const site = { authorization: `Bearer ${TOKEN}`, url: jira.url, api: jira.url };
  const named = new Map<string, string>();

  const depsOf = (life: Life): TurnDeps => {
    const table = mortalTable(openTable(readEnv({ TABLE_NAME: tableName }), embeddedConfig(endpoint)), life);
    const world = { clock, sleep, chance: random };
    const deps = { tenant: DEFAULT_TENANT, events: { ...app.events, table }, clock, log: SILENT };
    const speed = createSpeed(clock);
    return {
      ...deps,
      retention_days: app.events.retention_days,
      table,
      chance: random,
      openReads: async () => mortalReads(await openReads(createJiraClient(site, LIMITS, world), site), life),
      observe: (looks, restore) =>
        observe(
          { ...deps, speed },
          looks,
          startRun(clock, () => AbortSignal.timeout(RUN_MS)),
          restore,
        ),
      projects: null,
    };
  };

  const immortal = depsOf({ left: Number.POSITIVE_INFINITY });

  return {
    jira,
    app,
    random,
    named,
    pass: (ms) => {
      now += ms;
    },
    turn: async ({ calls = Number.POSITIVE_INFINITY, only } = {}) => {
      const life = { left: calls };
      const deps = Number.isFinite(calls) ? depsOf(life) : immortal;
      const loops = only === undefined ? LOOPS : [thirtiethLoop];
      return runTurn(deps, { loops, until_ms: null }).catch((fault: unknown) => {
        if (life.left > 0) throw fault;
        return null;
      });
    },
    correlate: stream,
    taken: () => taken,
    commit: async (issueId, choice) => {
      const keys = keysOf(jira, issueId);
      const key = keys[choice % keys.length];
      if (key === undefined) return;
      commits += 1;
      const sha = commits.toString(16).padStart(40, 'c');
      named.set(sha, key);
      const committed_at = new Date(now).toISOString();
      const one = { sha, message: `${key} A commit`, author: 'Ada Example', committed_at };
      await app.deliverCommits('commits', JSON.stringify({ repository: 'acme/shop', commits: [one] }));
    },
    close: async () => {
      correlation[Symbol.dispose]();
      await jira.close();
    },
  };
};
