import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describeFault } from '../errors/errors.ts';
import { type Clock, type Moment, momentOf, passedBetween } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { type Masters, readMasters } from './masters.ts';
import { SecretDocumentError } from './secret-document.ts';
import { fetchSecret } from './secrets-manager.ts';

/** Why there is no master: the secret does not have it, or could not be read. */
export type NoMaster = 'missing' | 'unavailable';

/** Provides the masters of derived and sealed keys. No method rejects. */
export type MasterSource = {
  masterOf(number: number): Promise<Buffer | NoMaster>;
  /** The master with the highest number, which new versions use; the answer is at most 2 s old. */
  newest(): Promise<{ number: number; master: Buffer } | NoMaster>;
};

type MasterCacheOptions = {
  /** Reads the masters from the secret, in bounded time. */
  fetch: () => Promise<Masters>;
  clock: Clock;
  /** A monotonic clock; replaced in tests. */
  steady?: Clock;
  log: Pick<Logger, 'warn'>;
};

/** Reads the masters from the secret that all sources share. @throws as `fetchSecret` and `readMasters` do */
export const fetchMasters = async (
  client: SecretsManagerClient,
  arn: string,
  log: Pick<Logger, 'warn'>,
): Promise<Masters> => readMasters((await fetchSecret(client, arn, () => false)).current, log);

/** Caches masters by number without expiry, because they never change. */
export const createMasterCache = (options: MasterCacheOptions): MasterSource => new Cache(options);

/** Shortest time between two reads of the secret, however many rows name an unknown master. */
const PAUSE_MS = 2_000;

class Cache implements MasterSource {
  readonly #options: MasterCacheOptions;
  readonly #known = new Map<number, Buffer>();
  #last: { at: Moment; masters: Promise<Masters | null> } | null = null;

  constructor(options: MasterCacheOptions) {
    this.#options = options;
  }

  async masterOf(number: number): Promise<Buffer | NoMaster> {
    const known = this.#known.get(number);
    if (known !== undefined) return known;
    const masters = await this.#look();
    return this.#known.get(number) ?? (masters ? 'missing' : 'unavailable');
  }

  async newest(): Promise<{ number: number; master: Buffer } | NoMaster> {
    const masters = await this.#look();
    if (masters === null) return 'unavailable';
    const number = Math.max(0, ...masters.keys());
    const master = masters.get(number);
    return master === undefined ? 'missing' : { number, master };
  }

  /** The masters as read within the last 2 s, or now; null when the secret could not be read. */
  #look(): Promise<Masters | null> {
    const now = momentOf(this.#options.clock, this.#options.steady);
    if (this.#last === null || passedBetween(this.#last.at, now) >= PAUSE_MS)
      this.#last = { at: now, masters: this.#read() };
    return this.#last.masters;
  }

  async #read(): Promise<Masters | null> {
    try {
      const masters = await this.#options.fetch();
      for (const [number, master] of masters) this.#known.set(number, master);
      return masters;
    } catch (fault) {
      const reason = fault instanceof SecretDocumentError ? { reason: fault.message } : {};
      this.#options.log.warn({ fault: describeFault(fault), ...reason }, 'masters could not be read');
      return null;
    }
  }
}
