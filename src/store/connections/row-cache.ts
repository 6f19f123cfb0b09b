import { UnavailableError } from '../../errors/errors.ts';
import { type Clock, type Moment, momentOf, passedBetween } from '../../platform/clock.ts';
import { requestDeadline, within } from '../../platform/deadline.ts';
import type { Table } from '../calls/table.ts';
import { type ConnectionRow, getConnection } from './connection-row.ts';

/** Connections by id; null for an id without a row. */
export type RowCache = {
  /** The row, at most 30 s old. @throws UnavailableError, UnreadableRowError */
  get(connectionId: string, signal: AbortSignal): Promise<ConnectionRow | null>;
  /**
   * The row, at most 2 s old, for a caller that is about to refuse: a refusal must not rest on an older read.
   * @throws UnavailableError, UnreadableRowError
   */
  fresh(connectionId: string, signal: AbortSignal): Promise<ConnectionRow | null>;
};

type RowCacheOptions = {
  /** Reads a row, strongly consistent, in bounded time. */
  read: (connectionId: string) => Promise<ConnectionRow | null>;
  clock: Clock;
  /** A monotonic clock; replaced in tests. */
  steady?: Clock;
};

/** The cache of one process, over the table. */
export const openRowCache = (table: Table, clock: Clock): RowCache =>
  createRowCache({ read: (id) => getConnection({ table, signal: requestDeadline() }, id), clock });

/** Caches at most 1,000 results, found or not; ids without a row are evicted first. */
export const createRowCache = (options: RowCacheOptions): RowCache => new Cache(options);

/** A connection that was revoked stops working within this time (milliseconds). */
const MAX_AGE_MS = 30_000;

/** A connection that was created, rotated or activated works within this time. */
const FRESH_MS = 2_000;

const MOST_ROWS = 1_000;

/** A row, or the read in flight for it, and when the read began: the row may be that old. */
type Known = { at: Moment; row: ConnectionRow | null };
type Reading = { at: Moment; row: Promise<ConnectionRow | null> };

class Cache implements RowCache {
  readonly #options: RowCacheOptions;
  readonly #found = new Map<string, Known>();
  readonly #absent = new Map<string, Known>();
  readonly #readings = new Map<string, Reading>();

  constructor(options: RowCacheOptions) {
    this.#options = options;
  }

  get(connectionId: string, signal: AbortSignal): Promise<ConnectionRow | null> {
    return this.#youngerThan(MAX_AGE_MS, connectionId, signal);
  }

  fresh(connectionId: string, signal: AbortSignal): Promise<ConnectionRow | null> {
    return this.#youngerThan(FRESH_MS, connectionId, signal);
  }

  /** Reads are shared, but each caller waits no longer than its own signal says. */
  async #youngerThan(ms: number, id: string, signal: AbortSignal): Promise<ConnectionRow | null> {
    const now = momentOf(this.#options.clock, this.#options.steady);
    const known = this.#found.get(id) ?? this.#absent.get(id);
    if (known && passedBetween(known.at, now) < ms) return known.row;
    const { row } = this.#begun(id, now) ?? this.#begin(id, now);
    return within(signal, () => row).catch((fault) => {
      throw fault === signal.reason ? new UnavailableError('table', fault) : fault;
    });
  }

  /** Later callers do not wait for a read that hangs, or was frozen with the process. */
  #begun(id: string, now: Moment): Reading | null {
    const reading = this.#readings.get(id);
    return reading && passedBetween(reading.at, now) < FRESH_MS ? reading : null;
  }

  #begin(id: string, at: Moment): Reading {
    const reading = { at, row: this.#options.read(id) };
    this.#readings.set(id, reading);
    const end = () => {
      if (this.#readings.get(id) === reading) this.#readings.delete(id);
    };
    reading.row.then((row) => this.#keep(id, { at, row })).then(end, end);
    return reading;
  }

  /** A read that began earlier never replaces one that began later, whichever ends first. */
  #keep(id: string, read: Known): void {
    const before = this.#found.get(id) ?? this.#absent.get(id);
    if (before && before.at.steady > read.at.steady) return;
    this.#found.delete(id);
    this.#absent.delete(id);
    if (this.#found.size + this.#absent.size >= MOST_ROWS) this.#dropOne();
    (read.row === null ? this.#absent : this.#found).set(id, read);
  }

  /** Requests for ids that do not exist must not evict rows that do. */
  #dropOne(): void {
    const from = this.#absent.size > 0 ? this.#absent : this.#found;
    for (const oldest of from.keys()) return void from.delete(oldest);
  }
}
