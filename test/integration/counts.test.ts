import { describe, expect, it } from 'vitest';
import { readEnv } from '../../src/contract/env.ts';
import { METRICS } from '../../src/contract/metrics.ts';
import type { BatchDeps } from '../../src/correlate/run/scope.ts';
import { sweepEvents } from '../../src/correlate/run/sweep-events.ts';
import type { Connection } from '../../src/domain/connection.ts';
import type { Execution } from '../../src/domain/execution.ts';
import { ConfigError, UnavailableError } from '../../src/errors/errors.ts';
import { JiraError } from '../../src/jira/jira-error.ts';
import { checkSecretAges } from '../../src/manage/old-secrets.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { startLanes } from '../../src/publish/start-lanes.ts';
import { NO_CENSUS } from '../../src/reconcile/census/state.ts';
import { countTurn, giveTurn } from '../../src/reconcile/give-turn.ts';
import type { TurnDeps } from '../../src/reconcile/session.ts';
import type { AttemptResult } from '../../src/send/rules/breaker.ts';
import { eventKey } from '../../src/store/calls/keys.ts';
import {
  countersOf,
  NEW_CHECKPOINT,
  NOTHING_COUNTED,
  putCheckpoint,
} from '../../src/store/reconcile/checkpoint.ts';
import { type AppOptions, type Counts, startApp, summed, type TestApp } from '../support/app.ts';
import { type Connected, connect } from '../support/connected.ts';
import { startCorrelation } from '../support/correlation.ts';
import { freshDelivery } from '../support/dependencies.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { setBody } from '../support/set-body.ts';
import { useEngine } from '../support/use-engine.ts';
import { commit, commitsBody } from './correlate/bodies.ts';
import { openWorld } from './publish/world.ts';
import { openSendWorld } from './send/world.ts';

const engine = useEngine();

const open = (options: Partial<AppOptions> = {}): Promise<TestApp> =>
  startApp({ endpoint: engine.endpoint, ...options });

const deliverCommit = async (app: TestApp): Promise<string> =>
  String((await app.deliverCommits('commits', commitsBody(commit(1, 'ABC-1 do it')))).body.event_id);

/** What ingest counts when it gets this. */
const ofIngest = async (send: (app: TestApp) => Promise<unknown>, env: NodeJS.ProcessEnv = {}) => {
  const app = await open({ env });
  await send(app);
  return app.counts;
};

/** What ingest counts of one connection, within one minute. */
const ofConnection = async (
  differing: Partial<Connection>,
  send: (app: TestApp, connected: Connected) => Promise<unknown>,
): Promise<Counts> => {
  const now = systemClock();
  const app = await open({ clock: () => now });
  await send(app, await connect(app.events, differing));
  return app.counts;
};

/** Of a table with one old credential, looked at once. */
const ofOldSecret = async (): Promise<Counts> => {
  const counts: Counts = {};
  const { events } = await open();
  await connect(events, { secret_made_ms: systemClock() - 91 * 86_400_000 });
  const log = createLogger({ ...readEnv({}), LOG_LEVEL: 'silent' });
  const deps = { table: events.table, tenant: 'default', clock: systemClock, log, readSecret: null };
  await checkSecretAges({ ...deps, count: summed(counts) });
  return counts;
};

const ofIngestWithoutTable = async (): Promise<Counts> => {
  const proxy = await startFaultProxy(engine.endpoint);
  try {
    const app = await open({ endpoint: proxy.endpoint });
    proxy.fail({ kind: 'error', status: 400, type: 'AccessDeniedException' });
    await app.deliver(freshDelivery().body);
    return app.counts;
  } finally {
    await proxy.close();
  }
};

/** What correlation counts over one stored delivery of a commit. */
const ofCorrelation = async (
  change: Partial<BatchDeps> = {},
  before: (app: TestApp, eventId: string) => Promise<unknown> = async () => {},
): Promise<Counts> => {
  const counts: Counts = {};
  const app = await open();
  await before(app, await deliverCommit(app));
  using correlation = startCorrelation(app, { count: summed(counts), ...change });
  await correlation.run();
  return counts;
};

const ofSweep = async (): Promise<Counts> => {
  const counts: Counts = {};
  const app = await open();
  await deliverCommit(app);
  const clock = () => systemClock() + 20 * 60_000;
  using correlation = startCorrelation(app, { count: summed(counts), clock });
  await sweepEvents({ ...correlation.deps, retention_days: 30 });
  return counts;
};

const spoilBody = (app: TestApp, eventId: string) => setBody(app, eventKey(eventId), Buffer.from('spoilt'));

const down = (): Promise<never> => Promise.reject(new UnavailableError('artifacts', new Error('down')));
const SHUT = { put: down, replaceIfNewer: down };

const ofUpdates = async (): Promise<Counts> => {
  const counts: Counts = {};
  const counters = countersOf({ seen: 39, repaired: 20, missed: 20, differed: 1 });
  countTurn([{ name: 'updates', complete: true, counters, turn: counters }], summed(counts));
  return counts;
};

/** Of a site with a census each day, the last one three days ago, and Jira away since. */
const ofLateCensus = async (): Promise<Counts> => {
  const counts: Counts = {};
  const { events } = await open();
  const ended_ms = systemClock() - 3 * 86_400_000;
  const last = { started_ms: ended_ms, began_ms: ended_ms, ended_ms, counters: NOTHING_COUNTED };
  const place = { table: events.table, tenant: 'default', signal: AbortSignal.timeout(30_000) };
  const census = {
    ...NEW_CHECKPOINT,
    generation: 1,
    began_ms: ended_ms,
    last,
    state: { ...NO_CENSUS, issues: 10 },
  };
  await putCheckpoint(place, 'census', census, 'me');
  await giveTurn(without(events.table, new JiraError('down', 'Jira cannot be reached.')), summed(counts));
  return counts;
};

/** Of two turns of a new site, whose token is not there yet. */
const ofFirstDay = async (): Promise<Counts> => {
  const counts: Counts = {};
  const { events } = await open();
  for (let turn = 0; turn < 2; turn += 1)
    await giveTurn(without(events.table, new ConfigError('There is no token.')), summed(counts));
  return counts;
};

/** What a turn has that cannot ask Jira. */
const without = (table: TurnDeps['table'], fault: Error): TurnDeps => ({
  ...{ table, tenant: 'default', clock: systemClock, projects: null },
  openReads: () => Promise.reject(fault),
  log: createLogger({ ...readEnv({}), LOG_LEVEL: 'silent' }),
  ...{ chance: () => 0.5, retention_days: 30 },
  observe: () => Promise.reject(new Error('nothing is read')),
});

/** Of so many executions, of which the target takes none or all. */
const ofSending = async (
  answer: AttemptResult,
  count: number,
  executions: Partial<Execution> = {},
): Promise<Counts> => {
  const { events } = await open();
  const world = await openSendWorld(events.table);
  world.answer = async () => answer;
  await world.send(await world.make(count, executions));
  return world.counts;
};

/** Of the run of one minute, while nothing is due. */
const ofStartedLanes = async (): Promise<Counts> => {
  const { deps, counts } = openWorld(await open(), systemClock);
  await startLanes(deps, { measure: true });
  return counts;
};

const SITUATIONS: [string, () => Promise<Counts>, Counts][] = [
  [
    'a delivery of Jira',
    () => ofIngest((app) => app.deliver(freshDelivery().body)),
    { JiraDeliveriesTaken: 1 },
  ],
  ['a delivery of commits', () => ofIngest(deliverCommit), { CommitDeliveriesTaken: 1 }],
  [
    'a wrong signature',
    () => ofIngest((app) => app.deliver('{}', { secret: 'another' })),
    { SignaturesRefused: 1 },
  ],
  [
    'a signed delivery from elsewhere',
    () => ofIngest((app) => app.deliver(freshDelivery().body), { ALLOWED_CIDRS: '192.0.2.0/24' }),
    { AddressesRefused: 1, Unavailable: 1 },
  ],
  [
    'a body over the limit',
    () => ofIngest((app) => app.deliver('{"too":"large"}'), { MAX_BODY_BYTES: '10' }),
    { BodiesTooLarge: 1 },
  ],
  [
    'a wrong secret of a connection',
    () => ofConnection({}, (app, to) => app.deliverTo(to, '{}', { secret: 'another' })),
    { CredentialsRefused: 1 },
  ],
  [
    'another agent than a connection wants',
    () => ofConnection({ user_agent_prefix: 'Jira' }, (app, to) => app.deliverTo(to, '{}')),
    { AgentsRefused: 1 },
  ],
  [
    'two deliveries to a connection that takes one a minute',
    () =>
      ofConnection({ rate: { per_minute: 1 } }, async (app, to) => {
        for (let n = 0; n < 2; n += 1) await app.deliverTo(to, freshDelivery().body);
      }),
    { JiraDeliveriesTaken: 1, RateRefused: 1 },
  ],
  [
    'a connection that is not there',
    () => ofConnection({}, (app, to) => app.deliverTo(to, '{}', { path: `/webhooks/con_${'0'.repeat(22)}` })),
    { UnknownConnections: 1 },
  ],
  ['a credential that is too old', ofOldSecret, { SecretsOld: 1 }],
  ['an empty body', () => ofIngest((app) => app.deliver('')), { Quarantined: 1 }],
  ['a table that refuses', ofIngestWithoutTable, { Unavailable: 1 }],
  ['an event that is correlated', ofCorrelation, { EventsProcessed: 1 }],
  [
    'an event that cannot be read',
    () => ofCorrelation({}, spoilBody),
    { ProcessingFailed: 1, EventsProcessed: 0 },
  ],
  [
    'a bucket that takes no document',
    () => ofCorrelation({ artifacts: SHUT }),
    { DocumentsUnwritten: 1, EventsProcessed: 1 },
  ],
  ['an event that the stream did not bring', ofSweep, { SweepFound: 1, EventsProcessed: 1 }],
  [
    'an update run that finds what no webhook told',
    ofUpdates,
    { IssuesObserved: 20, ChangesMissed: 20, DriftFound: 1, UpdatesComplete: 1, WebhooksMissing: 1 },
  ],
  ['a turn that finds the census late', ofLateCensus, { CensusLate: 1 }],
  ['the second turn of a site that has no token yet', ofFirstDay, { ReconcileStarting: 1 }],
  ['an execution that its target takes', () => ofSending('ok', 1), { ExecutionsCompleted: 1 }],
  [
    'an execution that fails for the last time',
    () => ofSending('failed', 1, { tries: 3 }),
    { ExecutionsFailed: 1 },
  ],
  ['a target that says it is gone', () => ofSending('gone', 1), { TargetDisabled: 1 }],
  ['a target that fails five times', () => ofSending('failed', 5), { TargetOpened: 1 }],
  [
    'the minute of a queue in which nothing is due',
    ofStartedLanes,
    { ExecutionsWaiting: 0, OldestDueSeconds: 0 },
  ],
];

describe('what is counted', () => {
  it.each(SITUATIONS)(
    'of %s is this and nothing else, because alarms look at it',
    async (_, count, counts) => {
      expect(await count()).toEqual(counts);
    },
  );

  it('is every count there is, because an alarm on one that nobody emits never goes off', () => {
    const emitted = SITUATIONS.flatMap(([, , counts]) => Object.keys(counts));
    expect([...new Set(emitted)].sort()).toEqual(Object.keys(METRICS).sort());
  });
});
