import { readEnv } from '../../../src/contract/env.ts';
import { embeddedConfig } from '../../../src/local/aws-config.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { censusLoop } from '../../../src/reconcile/census/census.ts';
import type { Loop } from '../../../src/reconcile/loop.ts';
import { openTurn } from '../../../src/reconcile/open-turn.ts';
import type { Progress, TurnDeps } from '../../../src/reconcile/session.ts';
import { runTurn } from '../../../src/reconcile/turn.ts';
import { updatesLoop } from '../../../src/reconcile/updates.ts';
import { openEvents, openTable } from '../../../src/wiring/open.ts';
import { recordWrites } from '../../support/reconcile-world.ts';
import { TOKEN } from '../../support/scripted-jira/scripted-jira.ts';
import type { Counted } from '../http/child.ts';
import { serveParent } from '../http/child-side.ts';

export type ReaderSetup = { endpoint: string; tableName: string; jira: string; artifacts: string };

/** A moment, as wall clock and as processor time of this process (milliseconds). */
const mark = () => ({ at: performance.now(), cpu: process.cpuUsage() });

const since = ({ at, cpu }: ReturnType<typeof mark>): { ms: number; cpu_ms: number } => {
  const { user, system } = process.cpuUsage(cpu);
  return { ms: performance.now() - at, cpu_ms: (user + system) / 1000 };
};

const runOne = async (deps: TurnDeps, loop: Loop): Promise<Counted> => {
  const report = await runTurn(deps, { loops: [loop], until_ms: null, now: true });
  if (report.outcome !== 'done') throw new Error(`The turn is ${report.outcome}: ${JSON.stringify(report)}`);
  return report.loops[0]?.turn ?? {};
};

/** What a first load takes until it looks at some issues once more, which nobody counts as loading. */
const load = async (deps: TurnDeps): Promise<Counted> => {
  const begun = mark();
  let loaded: ReturnType<typeof since> | null = null;
  const onProgress = ({ what }: Progress): void => {
    if (what === 'once more') loaded ??= since(begun);
  };
  const counted = await runOne({ ...deps, onProgress }, censusLoop);
  return { ...counted, ...(loaded ?? since(begun)) };
};

/** What an update run takes, and writes: rows of reconciliation's own, and others. */
const update = async (deps: TurnDeps): Promise<Counted> => {
  const begun = mark();
  const { writes, ...counted } = await recordWrites({ deps }, () => runOne(deps, updatesLoop));
  const own = writes.filter((pk) => pk.startsWith('RECONCILE#')).length;
  return { ...counted, ...since(begun), own, others: writes.length - own };
};

/** The process that reads: real turns against the Jira and the database it is told. */
await serveParent<ReaderSetup>(async ({ endpoint, tableName, jira, artifacts }) => {
  const env = readEnv({
    TABLE_NAME: tableName,
    JIRA_SITE_URL: jira,
    JIRA_API_TOKEN: TOKEN,
    RECONCILE_RATE: '1000',
    ARTIFACTS_DIR: artifacts,
    RC_LOG_JSON: 'true',
  });
  const log = createLogger(env);
  const events = openEvents(env, openTable(env, embeddedConfig(endpoint)));
  const deps = openTurn(env, { events, tenant: 'default', clock: systemClock, log });
  return { url: '', work: (what) => (what === 'load' ? load(deps) : update(deps)) };
});
