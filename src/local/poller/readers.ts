import type { DynamoDBRecord } from 'aws-lambda';
import type { StreamHandler } from '../../platform/stream-records.ts';
import { sequenceNumberOf } from '../lambda-input.ts';
import { type HandOver, handOver } from './hand-over.ts';

/** The readers of one shard: each gets all its records, at its own pace. */
export type Readers = {
  /** Passes records to all readers. Resolves when no reader is too far behind to take more. */
  take(records: DynamoDBRecord[]): Promise<void>;
  /** Resolves when every reader has handled what was taken before the call, and the checkpoint is stored. */
  caughtUp(): Promise<void>;
  /** Resolves when nothing is left to do. @throws the signal's reason when it is aborted first */
  finished(): Promise<void>;
};

/** How many records (only keys) a reader may lag before the others wait for it; a fast one is minutes ahead. */
const MOST_BEHIND = 20_000;

/**
 * Readers of one shard. The checkpoint is that of the slowest reader: after a restart the others get some records
 * again, as Lambda may deliver them at any time.
 */
export const createReaders = (
  to: Omit<HandOver, 'handler'>,
  handlers: readonly StreamHandler[],
  mostBehind = MOST_BEHIND,
): Readers => {
  const slowest = trackSlowest(handlers.length, to.reached);
  const readers = handlers.map((handler, n) => {
    const reached = (sequenceNumber: string) => slowest.reached(n, sequenceNumber);
    return createReader((records) => handOver({ ...to, handler, reached }, records));
  });
  return {
    take: async (records) => {
      if (records.length === 0) return;
      slowest.taken(records.map(sequenceNumberOf));
      for (const reader of readers) reader.add(records);
      for (const reader of readers) await reader.hasRoom(mostBehind);
    },
    caughtUp: slowest.caughtUp,
    finished: async () => {
      await Promise.all(readers.map((reader) => reader.finished()));
    },
  };
};

/** Records that arrive while the reader works are passed together once it is free. */
const createReader = (handle: (records: DynamoDBRecord[]) => Promise<void>) => {
  let waiting: DynamoDBRecord[] = [];
  let turn = Promise.resolve();
  let working: Promise<void> | null = null;
  const work = async (): Promise<void> => {
    while (waiting.length > 0) {
      turn = handle(waiting.splice(0));
      await turn;
    }
    working = null;
  };
  return {
    add: (records: readonly DynamoDBRecord[]): void => {
      waiting = [...waiting, ...records];
      working ??= work();
      // A rejection is reported by `finished`; without this it would be unhandled if nothing awaits it.
      working.catch(() => {});
    },
    hasRoom: async (mostBehind: number): Promise<void> => {
      while (waiting.length > mostBehind) await turn;
    },
    finished: async (): Promise<void> => {
      await working;
    },
  };
};

type Waiter = { place: number; done: () => void };

/** Tracks how far all readers have come in one sequence of records. Places count from 1. */
const trackSlowest = (readers: number, reached: (sequenceNumber: string) => Promise<void>) => {
  const at = Array.from({ length: readers }, () => 0);
  /** Sequence numbers of the records after `base`, which not all readers have handled. */
  let open: string[] = [];
  let base = 0;
  let waiters: Waiter[] = [];
  let writing = Promise.resolve();

  const settle = (place: number): void => {
    const over = waiters.filter((waiter) => waiter.place <= place);
    waiters = waiters.filter((waiter) => waiter.place > place);
    for (const { done } of over) done();
  };
  const advance = async (): Promise<void> => {
    const place = Math.min(...at);
    const last = open[place - base - 1];
    if (last === undefined) return;
    open = open.slice(place - base);
    base = place;
    await reached(last);
    settle(place);
  };
  return {
    taken: (sequenceNumbers: readonly string[]): void => {
      open.push(...sequenceNumbers);
    },
    reached: (reader: number, sequenceNumber: string): Promise<void> => {
      const from = (at[reader] ?? 0) - base;
      at[reader] = base + open.indexOf(sequenceNumber, from) + 1;
      writing = writing.then(advance);
      return writing;
    },
    caughtUp: (): Promise<void> => {
      const place = base + open.length;
      return new Promise((done) => {
        waiters.push({ place, done });
        writing.then(() => settle(base)).catch(() => {});
      });
    },
  };
};
