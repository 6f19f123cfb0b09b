import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { describeFault } from '../../errors/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import type { StreamHandler } from '../../platform/stream-records.ts';
import type { Table } from '../../store/calls/table.ts';
import { trackProgress } from './progress.ts';
import { type PollerDeps, readShard } from './read-shard.ts';
import { openStream, type Shard } from './stream-source.ts';
import { type Bell, createBell, createPersist } from './waits.ts';

export type PollerOptions = {
  /** The database's client settings. */
  config: DynamoDBClientConfig;
  table: Table;
  handlers: readonly StreamHandler[];
  log: Logger;
  clock: Clock;
  /** Milliseconds between two polls that find nothing. */
  idleMs?: number;
  /** Milliseconds that `stop` waits for running batches. */
  stopMs?: number;
};

export type Poller = {
  /** Lets running batches finish, for a bounded time; the rest is read at the next start. */
  stop(): Promise<void>;
  /**
   * Resolves when everything written before the call is handled; rejects if the poller stops first. Exact on the
   * embedded engine, whose stream has a record as soon as its write is answered.
   */
  idle(): Promise<void>;
};

const IDLE_MS = 200;

const STOP_MS = 10_000;

/**
 * Reads the table's stream and calls each handler as an event source mapping of Lambda would: with the records that
 * pass `STREAM_FILTERS`, in order, at most `BATCH_SIZE` at a time, retried until handled. A checkpoint in the table
 * lets the next poller continue from there. Each record is handled at least once.
 * @returns null when the table has no stream (some compatible servers have none)
 * @throws UnavailableError when the table cannot be described; later faults are retried
 */
export const startPoller = async (options: PollerOptions): Promise<Poller | null> => {
  const { config, table, log, idleMs = IDLE_MS, stopMs = STOP_MS } = options;
  const source = await openStream(table, config);
  if (source === null) {
    log.warn('the table has no stream: only the sweep will process what comes in');
    return null;
  }
  const stopping = new AbortController();
  const { signal } = stopping;
  // Each shard adds a listener.
  setMaxListeners(0, signal);
  const progress = trackProgress();
  const bell = createBell();
  const persist = createPersist(log, signal);
  const following = followShards({ ...options, source, progress, persist, signal, idleMs }, bell).catch(
    (fault) => {
      if (!signal.aborted) log.error({ fault: describeFault(fault) }, 'reading the stream failed');
    },
  );

  const stop = async (): Promise<void> => {
    stopping.abort();
    bell.ring();
    progress.stop();
    await Promise.race([following, sleep(stopMs, undefined, { ref: false })]);
    source.close();
  };
  return {
    stop,
    idle: () => {
      const handled = progress.whenIdle();
      bell.ring();
      return handled;
    },
  };
};

/** How often shards are listed again when none has ended (milliseconds). */
const LIST_MS = 10_000;

/**
 * Reads all shards of the stream concurrently, but a parent to its end before its children, so that an item's records
 * stay in order. New shards are found when their parent ends, and every few seconds.
 * @throws the signal's reason when the poller stops, after all running batches have ended
 */
const followShards = async (deps: PollerDeps, bell: Bell): Promise<void> => {
  const { source, log, persist, progress, signal, idleMs } = deps;
  const running = new Map<string, Promise<void>>();
  const ended = new Set<string>();

  const follow = async (id: string): Promise<void> => {
    try {
      if ((await readShard(deps, id)) === 'ended') ended.add(id);
    } catch (fault) {
      if (!signal.aborted) log.error({ shard_id: id, fault: describeFault(fault) }, 'reading a shard failed');
    }
    running.delete(id);
    bell.ring();
  };

  try {
    for (;;) {
      const moment = progress.begin();
      const listed = await persist(() => source.listShards(signal));
      for (const { id } of dueShards(listed, running, ended)) running.set(id, follow(id));
      const open = listed.filter(({ id }) => !ended.has(id));
      progress.listed(
        open.map(({ id }) => id),
        moment,
      );
      await bell.wait(LIST_MS);
      await sleep(idleMs, undefined, { signal });
    }
  } finally {
    await Promise.all(running.values());
  }
};

/** Shards not read yet whose parent is read to its end, or so old that the stream no longer lists it. */
const dueShards = (listed: Shard[], running: Map<string, unknown>, ended: Set<string>): Shard[] => {
  const ids = new Set(listed.map(({ id }) => id));
  const isOver = (parent: string | null) => parent === null || ended.has(parent) || !ids.has(parent);
  return listed.filter(({ id, parent }) => !running.has(id) && !ended.has(id) && isOver(parent));
};
