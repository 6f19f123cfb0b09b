import { pino } from 'pino';
import { expect } from 'vitest';
import { readEnv } from '../../../src/contract/env.ts';
import { createJiraClient } from '../../../src/jira/client.ts';
import { openReads } from '../../../src/jira/reads/open-reads.ts';
import { adminSite } from '../../../src/jira/site.ts';
import type { Loop } from '../../../src/reconcile/loop.ts';
import type { TurnDeps } from '../../../src/reconcile/session.ts';
import { runTurn, type TurnReport } from '../../../src/reconcile/turn.ts';
import { SECRET, sign, startApp, type TestApp } from '../../support/app.ts';
import { startCorrelation, type TestCorrelation } from '../../support/correlation.ts';
import { startObserver } from '../../support/looks.ts';
import {
  type JiraKind,
  jiraEnv,
  type ScriptedJira,
  startScriptedJira,
} from '../../support/scripted-jira/scripted-jira.ts';

/** Noon in Phoenix. */
const NOON = Date.UTC(2026, 10, 20, 19);

/** A Jira whose webhooks come into an app, correlation, and what a turn needs: all by one clock, which tests set on. */
export type Scene = {
  jira: ScriptedJira;
  app: TestApp;
  correlation: TestCorrelation;
  deps: TurnDeps;
  now: number;
  /** Waits until all deliveries have come, and correlates what is new. */
  settle(): Promise<void>;
  /** One turn with these loops only. */
  turn(...loops: Loop[]): Promise<TurnReport>;
  /** The same, also of what is not due. */
  run(...loops: Loop[]): Promise<TurnReport>;
  /** One turn, and nothing is begun after that time. */
  turnUntil(untilMs: number | null, ...loops: Loop[]): Promise<TurnReport>;
  /** What Jira was asked since the last time, `{method} {path}`. */
  asked(): string[];
  close(): Promise<void>;
};

export const openScene = async (endpoint: string, kind: JiraKind): Promise<Scene> => {
  const clock = (): number => scene.now;
  const jira = await startScriptedJira(kind, () => NOON);
  const app = await startApp({ endpoint, clock });
  const sleep = async (ms: number): Promise<void> => {
    scene.now += Math.ceil(ms);
  };
  const client = () =>
    createJiraClient(
      adminSite(readEnv(jiraEnv(jira))),
      { at_once: 4, a_second: Infinity },
      { clock, steady: clock, sleep },
    );
  const deps: TurnDeps = {
    table: app.events.table,
    retention_days: app.events.retention_days,
    tenant: 'default',
    clock,
    log: pino({ level: 'silent' }),
    chance: () => 0.5,
    openReads: () => openReads(client(), adminSite(readEnv(jiraEnv(jira)))),
    observe: startObserver(app, clock).observe,
    projects: null,
  };
  const correlation = startCorrelation(app, { clock, site_tenant: 'default' });
  const handled = new Set<string | undefined>();
  let told = 0;
  const scene: Scene = {
    ...{ jira, app, correlation, deps, now: NOON },
    settle: async () => {
      await jira.sending.arrived();
      const fresh = (await correlation.records()).filter(
        ({ dynamodb }) => !handled.has(dynamodb?.Keys?.pk?.S),
      );
      expect(await correlation.run(fresh)).toEqual({ batchItemFailures: [] });
      for (const { dynamodb } of fresh) handled.add(dynamodb?.Keys?.pk?.S);
    },
    turn: (...loops) => scene.turnUntil(null, ...loops),
    run: (...loops) => runTurn(deps, { loops, until_ms: null, now: true }),
    turnUntil: (until_ms, ...loops) => runTurn(deps, { loops, until_ms }),
    asked: () => {
      const since = jira.log.slice(told);
      told = jira.log.length;
      return since.map(({ method, path }) => `${method} ${path}`);
    },
    close: async () => {
      correlation[Symbol.dispose]();
      await jira.close();
    },
  };
  jira.clock = clock;
  const secret = { secret: SECRET, configuration: { SECRET } };
  jira.add({ name: 'Ours', url: 'http://127.0.0.1/webhooks/jira', ...secret });
  jira.sending.post = async ({ body }) => (await app.deliver(body, { signature: sign(body) })).status < 300;
  return scene;
};
