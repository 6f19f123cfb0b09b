import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../platform/clock.ts';
import { requestDeadline } from '../../platform/deadline.ts';
import type { Logger } from '../../platform/logger.ts';
import { passesFilter, type StreamHandler } from '../../platform/stream-records.ts';
import type { Table } from '../../store/calls/table.ts';
import { putCheckpoint, readCheckpoint } from '../../store/events/progress.ts';
import { sequenceNumberOf } from '../lambda-input.ts';
import type { Progress } from './progress.ts';
import { createReaders, type Readers } from './readers.ts';
import type { ShardPosition, StreamSource } from './stream-source.ts';
import type { Persist } from './waits.ts';

/** Dependencies of reading a stream. */
export type PollerDeps = {
  source: StreamSource;
  table: Table;
  /** Each gets every record. */
  handlers: readonly StreamHandler[];
  clock: Clock;
  log: Logger;
  /** Milliseconds between two polls that find nothing. */
  idleMs: number;
  progress: Progress;
  persist: Persist;
  /** Aborted when the poller stops. */
  signal: AbortSignal;
};

/** The longer the stream, the longer a poll takes the engine; the pause after a poll is this multiple of its time. */
const REST = 4;

/** Upper bound of that pause, because a stalled engine also makes a poll slow. */
const LONGEST_REST_MS = 2_000;

/** Milliseconds between a poll that found nothing and the next one. */
export const restAfter = (tookMs: number, idleMs: number): number =>
  Math.max(idleMs, Math.min(REST * tookMs, LONGEST_REST_MS));

/**
 * Reads a shard from its checkpoint on, until it is read to its end and handled (`ended`) or no longer in the stream
 * (`gone`). No batch is running when it settles.
 * @throws the signal's reason when the poller stops first
 */
export const readShard = async (deps: PollerDeps, shardId: string): Promise<'ended' | 'gone'> => {
  const readers = createReaders({ ...deps, reached: reachedIn(deps, shardId) }, deps.handlers);
  try {
    const how = await readPages(deps, shardId, readers);
    await readers.finished();
    return how;
  } finally {
    await readers.finished().catch(() => {});
  }
};

const readPages = async (deps: PollerDeps, shardId: string, readers: Readers): Promise<'ended' | 'gone'> => {
  const { persist, progress, signal, idleMs } = deps;
  for (let place = await firstPlace(deps, shardId); ; ) {
    const moment = progress.begin();
    const { read, tookMs } = await persist(() => timedRead(deps, shardId, place));
    if (read.kind !== 'page') {
      if (read.kind !== 'expired') warnOfLoss(deps, shardId);
      if (read.kind === 'gone') return 'gone';
      place = { after: read.kind === 'trimmed' ? null : place.after, iterator: null };
      continue;
    }
    await readers.take(read.records.filter(passesFilter));
    if (read.isWhole) void readers.caughtUp().then(() => progress.caughtUp(shardId, moment));
    if (read.next === null) return 'ended';
    const last = read.records.at(-1);
    place = { after: last ? sequenceNumberOf(last) : place.after, iterator: read.next };
    if (!last) await sleep(restAfter(tookMs, idleMs), undefined, { signal });
  }
};

const firstPlace = async (
  { source, table, persist }: PollerDeps,
  shard_id: string,
): Promise<ShardPosition> => {
  const shard = { label: source.label, shard_id };
  return {
    after: await persist(() => readCheckpoint({ table, signal: requestDeadline() }, shard)),
    iterator: null,
  };
};

const timedRead = async ({ source, signal }: PollerDeps, shardId: string, place: ShardPosition) => {
  const begun = performance.now();
  const read = await source.read(shardId, place, signal);
  return { read, tookMs: performance.now() - begun };
};

const warnOfLoss = ({ log }: PollerDeps, shard_id: string): void =>
  log.warn({ shard_id }, 'the stream dropped records before they were read; the sweep finds their events');

/**
 * Stores the checkpoint of a shard. Each checkpoint is a write, so it creates a stream record that is read here too,
 * which must not cause another checkpoint: records that do not pass the filter never move the checkpoint.
 */
const reachedIn =
  ({ source, table, persist }: PollerDeps, shard_id: string) =>
  (sequenceNumber: string): Promise<void> => {
    const shard = { label: source.label, shard_id };
    return persist(() => putCheckpoint({ table, signal: requestDeadline() }, shard, sequenceNumber));
  };
