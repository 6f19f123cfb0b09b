import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Hint } from '../../../src/contract/send-message.ts';
import { CLOSED } from '../../../src/domain/breaker.ts';
import type { Execution } from '../../../src/domain/execution.ts';
import type { Priority } from '../../../src/domain/subscription.ts';
import { publishEvents } from '../../../src/publish/publish-events.ts';
import { startLanes } from '../../../src/publish/start-lanes.ts';
import { ensureTable } from '../../../src/store/calls/create-table.ts';
import type { EventStore } from '../../../src/store/events/put-event.ts';
import { changeSubscription } from '../../../src/store/subscriptions/change-subscription.ts';
import { getSubscription } from '../../../src/store/subscriptions/subscription-row.ts';
import { openWorld } from '../../integration/publish/world.ts';
import { openApp } from '../../support/app.ts';
import { someRun } from '../../support/connections.ts';
import { startFaultProxy } from '../../support/fault-proxy.ts';
import { PATIENT } from '../../support/patience.ts';
import { type Random, randomOf } from '../../support/random.ts';
import { subscriptionTo } from '../../support/targets.ts';
import { NOTHING, type Tally } from '../check/tally.ts';
import { movableClock } from '../world/clock.ts';
import type { TakenEngine } from '../world/engine-pool.ts';
import { quietLog } from '../world/host.ts';
import { openReceiver, type Receiver } from '../world/receiver.ts';
import { type SendingProcess, startSending } from '../world/sending-process.ts';
import type { Row, RunOptions } from './row.ts';

/** What a row does with two subscriptions, their target and who sends. */
export type ExecutionScene = {
  receiver: Receiver;
  random: Random;
  /** Who sends now. */
  process(): SendingProcess;
  /** Another one, from now on. */
  startProcess(): Promise<SendingProcess>;
  /** Events come in and are published. `hint`: what becomes of each hint; usually the process gets it. */
  publish(hint?: Hint): Promise<void>;
  /** A minute later: the schedule starts lanes. */
  minuteLater(): Promise<void>;
  /** A person closes every breaker. */
  resumeAll(): Promise<void>;
  /** Kills the engine, and starts it again on the same file. */
  restartEngine(): Promise<void>;
  /** Counts what neither the proxy nor the target sees of the fault. */
  hit(): void;
};

type ExecutionPlay = {
  name: string;
  story: string;
  play(scene: ExecutionScene): Promise<void>;
  takeEngine?(): Promise<TakenEngine>;
};

const EVENTS = 8;
const MOST_MINUTES = 150;

/** Who tells people of a second target waits for the next minute, which comes only when this is over. */
const PATIENCE_MS = 5_000;

const FINAL = ['completed', 'failed', 'cancelled'];

/** What is wrong with what was published, by the rows and by what the target took in. */
const tallyOf = async ({ world, events, receiver, subscriptions }: Stage) => {
  const lists = await Promise.all(events.map(world.executionsOf));
  const all = lists.flat();
  const ids = new Set(all.map(({ execution_id }) => execution_id));
  const sum = (count: (own: Execution[]) => number): number =>
    lists.reduce((total, own) => total + Math.max(0, count(own)), 0);
  const untaken = all.filter(
    ({ execution_id, status }) => status === 'completed' && !receiver.taken.has(execution_id),
  );
  const unended = all.filter(({ status }) => !FINAL.includes(status));
  const strange = [...receiver.taken.keys()].filter((id) => !ids.has(id));
  const sent = events.length * subscriptions.length;
  return {
    sent,
    acknowledged: sent,
    lost: sum(({ length }) => subscriptions.length - length) + unended.length + untaken.length,
    doubled: sum(({ length }) => length - subscriptions.length) + strange.length,
    wrong_outcomes: all.filter(({ status }) => FINAL.includes(status) && status !== 'completed').length,
  };
};

/** Where a row plays: a table of its own, its target, and two subscriptions to it. */
const openStage = async (owned: AsyncDisposableStack, engine: TakenEngine) => {
  const receiver = owned.use(await openReceiver());
  const clock = movableClock();
  const name = `faults-${randomUUID()}`;
  // Whatever goes to the table goes on to another engine when that is restarted.
  const way = await startFaultProxy(engine.endpoint());
  owned.defer(way.close);
  const env = { LOG_LEVEL: 'silent' };
  const app = openApp({ endpoint: way.endpoint, tableName: name, clock, env, dynamodb: PATIENT });
  await ensureTable(app.events.table.client, name);
  const world = openWorld(app, clock);
  const subscribe = async (priority: Priority) => {
    const settings = { tenant_id: world.tenant, priority, concurrency: 3, timeout_seconds: 1 };
    return world.subscribe(await subscriptionTo({ url: receiver.url }, settings));
  };
  const subscriptions = [await subscribe('normal'), await subscribe('high')];
  return { receiver, clock, way, app, world, subscriptions, events: [] as string[] };
};

type Stage = Awaited<ReturnType<typeof openStage>>;

/** The processes that send; the last one is at work. */
const openProcesses = async (owned: AsyncDisposableStack, { way, app, clock }: Stage) => {
  const all: SendingProcess[] = [];
  const start = async (): Promise<SendingProcess> => {
    const { table, rawBodies } = app.events;
    const next = await startSending(way.endpoint, table.name, clock, rawBodies);
    all.push(next);
    owned.defer(next.kill);
    return next;
  };
  const first = await start();
  return { all, start, current: () => all.at(-1) ?? first };
};

type Processes = Awaited<ReturnType<typeof openProcesses>>;

const openScene = (stage: Stage, { start, current }: Processes, engine: TakenEngine, seed: number) => {
  const { receiver, clock, way, app, world, subscriptions, events } = stage;
  let hits = 0;
  const usual: Hint = async (message) => {
    const sent = current().sender.send(message);
    await Promise.race([sent.catch(() => {}), sleep(PATIENCE_MS, undefined, { ref: false })]);
  };
  const publishing = (hint: Hint) => ({ ...world.deps, log: quietLog(), hint });
  const scene: ExecutionScene = {
    receiver,
    random: randomOf(seed),
    process: current,
    startProcess: start,
    publish: async (hint = usual) => {
      for (let n = 0; n < EVENTS; n += 1) events.push(await world.store());
      await publishEvents(publishing(hint), events);
    },
    minuteLater: async () => {
      clock.move(60_000);
      await startLanes(publishing(usual), { measure: false }).catch(() => {});
    },
    resumeAll: async () => {
      for (const { subscription_id } of subscriptions) await resume(app.events, subscription_id, clock());
    },
    restartEngine: async () => way.retarget(await engine.restart()),
    hit: () => {
      hits += 1;
    },
  };
  return { scene, hits: () => hits };
};

const resume = async (events: EventStore, subscriptionId: string, nowMs: number): Promise<void> => {
  const run = someRun(nowMs);
  const row = await getSubscription({ table: events.table, signal: run.signal }, subscriptionId);
  if (row === null) throw new Error('nobody takes a subscription away');
  const audit = { who: 'local', what: 'subscription-resumed' } as const;
  await changeSubscription(events, row, { ...row, ...CLOSED }, audit, run);
};

/** Minute after minute, until everything that was published has ended. */
const settle = async ({ world, events }: Stage, { minuteLater }: ExecutionScene): Promise<void> => {
  for (let minute = 0; minute < MOST_MINUTES; minute += 1) {
    const all = (await Promise.all(events.map(world.executionsOf))).flat();
    if (all.every(({ status }) => FINAL.includes(status))) return;
    await minuteLater();
  }
};

const run = async ({ play, takeEngine }: ExecutionPlay, { seed, pool }: RunOptions): Promise<Tally> => {
  await using owned = new AsyncDisposableStack();
  const engine = owned.use(await (takeEngine ?? pool.take)());
  const stage = await openStage(owned, engine);
  const processes = await openProcesses(owned, stage);
  const { scene, hits } = openScene(stage, processes, engine, seed);
  await play(scene);
  const healed = performance.now();
  for (const { proxy } of processes.all) proxy.heal();
  await settle(stage, scene);
  const recovery_ms = Math.round(performance.now() - healed);
  const struck = processes.all.reduce((sum, { proxy }) => sum + proxy.struck, stage.receiver.struck());
  return { ...NOTHING, ...(await tallyOf(stage)), hits: struck + hits(), recovery_ms };
};

/** A row from what happens in it. */
export const executionRow = (play: ExecutionPlay): Row => ({
  name: play.name,
  story: play.story,
  run: (options) => run(play, options),
});
