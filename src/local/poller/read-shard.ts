import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../platform/clock.ts';
import { requestDeadline } from '../../platform/deadline.ts';
import type { Logger } from '../../platform/logger.ts';
import { passesFilter, type StreamHandler } from '../../platform/stream-records.ts';
import type { Table } from '../../store/calls/table.ts';
import { putCheckpoint, readCheckpoint } from '../../store/events/progress.ts';
import { sequenceNumberOf } from '../lambda-input.ts';
import { handOver } from './hand-over.ts';
import type { Progress } from './progress.ts';
import type { Read, ShardPosition, StreamSource } from './stream-source.ts';
import type { Persist } from './waits.ts';

/** What reading a stream takes. */
export type PollerDeps = {
  source: StreamSource;
  table: Table;
  handler: StreamHandler;
  clock: Clock;
  log: Logger;
  /** Milliseconds between two polls that find nothing. */
  idleMs: number;
  progress: Progress;
  persist: Persist;
  /** Aborted when the poller stops. */
  signal: AbortSignal;
};

/** A poll takes the engine longer the longer its stream is; for this many times as long it is left alone. */
const REST = 4;

/** An engine that stalled says nothing of how long its stream is. */
const LONGEST_REST_MS = 2_000;

/** Milliseconds between a poll that found nothing and the next one. */
export const restAfter = (tookMs: number, idleMs: number): number =>
  Math.max(idleMs, Math.min(REST * tookMs, LONGEST_REST_MS));

/**
 * Reads a shard from its checkpoint on, until it is at its end (`ended`) or the stream does not have it any
 * more (`gone`).
 * @throws the signal's reason when the poller stops first
 */
export const readShard = async (deps: PollerDeps, shardId: string): Promise<'ended' | 'gone'> => {
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
    await handle(deps, shardId, read);
    if (read.next === null) return 'ended';
    const last = read.records.at(-1);
    place = { after: last ? sequenceNumberOf(last) : place.after, iterator: read.next };
    if (read.isWhole) progress.caughtUp(shardId, moment);
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
 * Hands over what passes the filter and writes down how far it came. A checkpoint is a write, and each write
 * makes a stream record, which comes by here: it must never be the cause of another checkpoint. So nothing is
 * written for records that do not pass.
 */
const handle = async (deps: PollerDeps, shard_id: string, page: Read & { kind: 'page' }): Promise<void> => {
  const { source, table, persist } = deps;
  const shard = { label: source.label, shard_id };
  const reached = (sequenceNumber: string) =>
    persist(() => putCheckpoint({ table, signal: requestDeadline() }, shard, sequenceNumber));
  await handOver({ ...deps, reached }, page.records.filter(passesFilter));
};
