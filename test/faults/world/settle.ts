import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import { readEnv } from '../../../src/contract/env.ts';
import { openCorrelation } from '../../../src/correlate/run/open-correlation.ts';
import { sweepEvents } from '../../../src/correlate/run/sweep-events.ts';
import { UnavailableError } from '../../../src/errors/errors.ts';
import { embeddedConfig } from '../../../src/local/aws-config.ts';
import { scanTable } from '../../support/correlation.ts';
import { quietLog } from './host.ts';
import type { World } from './world.ts';

/** The stream's turn, before the sweep gets its own (milliseconds). */
const STREAM_MS = 6_000;
const POLL_MS = 100;
const SWEEPS = 3;
/** The sweep leaves younger events to the stream. */
const SWEEP_AGE_MS = 16 * 60_000;

const stats = z.object({ unprocessed: z.number(), failed: z.number() });

/** `parked`: how many events can never be handled, because the row put them there. */
const isHandled = async ({ reader }: World, parked: number): Promise<boolean> => {
  const { unprocessed, failed } = stats.parse((await reader.get('/stats')).body);
  return unprocessed === 0 && failed === parked;
};

/** Whether each event has a status beside it, in one call; to ask `/stats` again and again costs more than the run. */
const hasStatuses = async ({ reader }: World): Promise<boolean> => {
  const rows = await scanTable(reader);
  const named = (name: string) => new Set(rows.flatMap(({ pk, sk }) => (sk === name ? [String(pk)] : [])));
  const done = named('P');
  return [...named('E')].every((pk) => done.has(pk));
};

const waitForStream = async (world: World, parked: number): Promise<boolean> => {
  const end = performance.now() + STREAM_MS;
  await Promise.race([world.correlated(), sleep(STREAM_MS, undefined, { ref: false })]);
  for (; performance.now() < end; await sleep(POLL_MS))
    if ((await hasStatuses(world)) && (await isHandled(world, parked))) return true;
  return false;
};

/** The sweep as it runs a quarter of an hour later; one that fails comes again, as on its schedule. */
const sweepLater = async (world: World): Promise<void> => {
  const { tableName, folder, proxy, clock } = world;
  const env = readEnv({ TABLE_NAME: tableName, ARTIFACTS_DIR: folder, EVENT_RETENTION_DAYS: '2' });
  const later = () => clock() + SWEEP_AGE_MS;
  const deps = openCorrelation(env, {
    clock: later,
    log: quietLog(),
    dynamodb: embeddedConfig(proxy.endpoint),
  });
  try {
    await sweepEvents({ ...deps, retention_days: env.EVENT_RETENTION_DAYS });
  } catch (fault) {
    if (!(fault instanceof UnavailableError)) throw fault;
  }
};

/** How a run comes to rest. */
export type Rest = {
  /** False where nothing reads the stream, and only the sweep can help. */
  stream?: boolean;
  /** Events that nobody can read: they are to be parked, and to hold up nothing. */
  parked?: number;
};

/** Waits until every event is handled: by the stream, and what it does not bring through by the sweep. */
export const settle = async (world: World, { stream = true, parked = 0 }: Rest): Promise<boolean> => {
  if (stream && (await waitForStream(world, parked))) return true;
  for (let swept = 0; swept < SWEEPS; swept += 1) {
    await sweepLater(world);
    if (await isHandled(world, parked)) return true;
  }
  return false;
};
