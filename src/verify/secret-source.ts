import { setTimeout } from 'node:timers/promises';
import { describeFault } from '../errors/errors.ts';
import { type Clock, type Moment, momentOf, passedBetween } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { SecretDocumentError, type SigningKey } from './secret-document.ts';

/** Provides the verifier's keys. No method rejects. */
export type SecretSource = {
  /** The currently known keys; null when they could not be fetched, so the sender should retry. */
  keys(): Promise<readonly SigningKey[] | null>;
  /**
   * Fetches again after a well-formed signature matched no key, unless that was done recently; returns the known keys.
   */
  refreshAfterMismatch(): Promise<{ keys: readonly SigningKey[]; lastRefreshFailed: boolean }>;
};

export type SecretCache = SecretSource & {
  /** Begins the first fetch without waiting for it. A failure is logged; the first request then fetches again. */
  prefetch(): void;
};

type SecretCacheOptions = {
  /** Reads the keys from the store, in bounded time. */
  fetch: () => Promise<readonly SigningKey[]>;
  clock: Clock;
  /** A monotonic clock; replaced in tests, as `sleep` is. */
  steady?: Clock;
  log: Pick<Logger, 'warn'>;
  sleep?: (ms: number) => Promise<unknown>;
};

/**
 * The keys of a secret, cached. They are refreshed when 5 minutes old: callers wait for the refresh; if it fails, the
 * cached keys are used and the next refresh is 30 s later, so that a store that is down does not slow every request.
 * They are also refreshed after a mismatch, at most once in 30 s, shared by concurrent requests. With nothing cached,
 * the first request waits at most 1.5 s for the prefetch and then fetches once itself; concurrent requests share that.
 */
export const createSecretCache = (options: SecretCacheOptions): SecretCache => new Cache(options);

/** A revoked secret stops verifying within this time. */
const MAX_AGE_MS = 5 * 60_000;

/** Shortest time between two refreshes after a mismatch, and between a failed refresh and the next one by age. */
const PAUSE_MS = 30_000;

/** How long the first request waits for the prefetch, during which Lambda may have frozen the process. */
const PREFETCH_WAIT_MS = 1500;

/** Fetches are numbered as they begin; `at` is when they began, because that is how old their answer may be. */
type Fetched = { number: number; at: Moment };

class Cache implements SecretCache {
  readonly #options: Required<Omit<SecretCacheOptions, 'steady'>> & { now: () => Moment };
  #begun = 0;
  #value: (Fetched & { keys: readonly SigningKey[] }) | null = null;
  #last: (Fetched & { failed: boolean }) | null = null;
  #prefetched: Promise<void> | null = null;
  #first: Promise<void> | null = null;
  #ageRefresh: Promise<void> | null = null;
  #mismatchRefresh: { at: Moment; done: Promise<void> } | null = null;

  constructor(options: SecretCacheOptions) {
    const now = () => momentOf(options.clock, options.steady);
    this.#options = { sleep: sleepQuietly, ...options, now };
  }

  prefetch(): void {
    this.#prefetched ??= this.#refresh();
  }

  async keys(): Promise<readonly SigningKey[] | null> {
    if (this.#value === null) await this.#shareFirst();
    if (this.#value !== null && this.#isDue(this.#value.at)) await this.#shareAgeRefresh();
    return this.#value?.keys ?? null;
  }

  async refreshAfterMismatch() {
    const now = this.#options.now();
    if (this.#mismatchRefresh === null || passedBetween(this.#mismatchRefresh.at, now) >= PAUSE_MS)
      this.#mismatchRefresh = { at: now, done: this.#refresh() };
    await this.#mismatchRefresh.done;
    return { keys: this.#value?.keys ?? [], lastRefreshFailed: this.#last?.failed ?? false };
  }

  #isDue(fetchedAt: Moment): boolean {
    const now = this.#options.now();
    const pausing = this.#last?.failed && passedBetween(this.#last.at, now) < PAUSE_MS;
    return !pausing && passedBetween(fetchedAt, now) >= MAX_AGE_MS;
  }

  #shareAgeRefresh(): Promise<void> {
    this.#ageRefresh ??= this.#refresh().finally(() => {
      this.#ageRefresh = null;
    });
    return this.#ageRefresh;
  }

  #shareFirst(): Promise<void> {
    this.#first ??= this.#awaitPrefetchOrTry().finally(() => {
      this.#first = null;
    });
    return this.#first;
  }

  async #awaitPrefetchOrTry(): Promise<void> {
    if (this.#prefetched !== null)
      await Promise.race([this.#prefetched, this.#options.sleep(PREFETCH_WAIT_MS)]);
    this.#prefetched = null;
    if (this.#value === null) await this.#refresh();
  }

  /** Never rejects. */
  async #refresh(): Promise<void> {
    this.#begun += 1;
    const fetched = { number: this.#begun, at: this.#options.now() };
    try {
      this.#record(fetched, await this.#options.fetch());
    } catch (fault) {
      this.#options.log.warn(describe(fault), 'secret refresh failed');
      this.#record(fetched, null);
    }
  }

  /** A fetch never overrides the result of one that began later, whichever ends first. */
  #record(fetched: Fetched, keys: readonly SigningKey[] | null): void {
    if (keys !== null && fetched.number > (this.#value?.number ?? 0)) this.#value = { ...fetched, keys };
    if (fetched.number > (this.#last?.number ?? 0)) this.#last = { ...fetched, failed: keys === null };
  }
}

/** The timer does not keep the process alive. */
const sleepQuietly = (ms: number): Promise<unknown> => setTimeout(ms, undefined, { ref: false });

/** The fault's name only, since the store's text may quote an ARN or an endpoint; our own text quotes nothing. */
const describe = (fault: unknown) => ({
  fault: describeFault(fault),
  ...(fault instanceof SecretDocumentError ? { reason: fault.message } : {}),
});

/** A local override: one key that never changes, named after its environment variable. */
export const overrideSecret = (variable: string, secret: string): SecretSource =>
  unchanging([{ name: variable, key: Buffer.from(secret), until: null }]);

const unchanging = (keys: readonly SigningKey[]): SecretSource => ({
  keys: async () => keys,
  refreshAfterMismatch: async () => ({ keys, lastRefreshFailed: false }),
});

/** For a source with neither an override nor a secret configured: it is off. */
export const noSecret: SecretSource = unchanging([]);
