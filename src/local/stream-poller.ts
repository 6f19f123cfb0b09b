import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { StreamHandler } from '../correlate/run/stream-handler.ts';
import { describeFault } from '../errors/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Table } from '../store/calls/table.ts';
import { createBell } from './poller/bell.ts';
import { followShards } from './poller/follow-shards.ts';
import { createPersist } from './poller/persist.ts';
import { trackProgress } from './poller/progress.ts';
import { openStream } from './poller/stream-source.ts';

const IDLE_MS = 200;

const STOP_MS = 10_000;

export type PollerOptions = {
  /** The database's client settings. */
  config: DynamoDBClientConfig;
  table: Table;
  handler: StreamHandler;
  log: Logger;
  clock: Clock;
  /** Milliseconds between two polls that find nothing. */
  idleMs?: number;
  /** Milliseconds that `stop` waits for batches under way. */
  stopMs?: number;
};

export type Poller = {
  /** Lets batches under way finish, for a bounded time; what is left comes at the next start. */
  stop(): Promise<void>;
  /**
   * Resolves when everything written before the call is handled; rejects when the poller stops first. Exact
   * on the embedded engine, whose stream has a record as soon as its write is answered.
   */
  idle(): Promise<void>;
};

/**
 * Reads the table's stream and calls the handler as an event source mapping of Lambda would: the records that
 * pass `STREAM_FILTERS`, in order, at most `BATCH_SIZE` at a time, again and again until handled. How far it
 * came lies in the table, so that the next poller goes on from there. Each record is handled at least once.
 * @returns null when the table has no stream (some compatible servers know none)
 * @throws UnavailableError when the table cannot be described; later faults are waited out
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
  // Each shard listens to it.
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
