import type { Clock } from '../../src/platform/clock.ts';

/** A change of the store is known everywhere by then: nothing is cached for longer. */
const KNOWN_EVERYWHERE_MS = 5 * 60_000;

type Span = { until: number; gone: number };

const FOR_EVER: Span = { until: Number.POSITIVE_INFINITY, gone: Number.POSITIVE_INFINITY };

/**
 * Which secrets a sender may sign with, as the contract has it: a secret is valid from when it is shown. After it
 * was ended it may still verify for a while, and from `gone` on it must not.
 */
export class SecretModel {
  readonly #clock: Clock;
  readonly #spans = new Map<string, Span>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Every secret that was ever valid. */
  get secrets(): string[] {
    return [...this.#spans.keys()];
  }

  show(secret: string): void {
    this.#spans.set(secret, FOR_EVER);
  }

  /** The store was told just now that the secret ends then. */
  end(secret: string, until: number): void {
    this.#spans.set(secret, { until, gone: Math.max(until, this.#clock() + KNOWN_EVERYWHERE_MS) });
  }

  /** What has to become of a delivery that is signed with it now. */
  expected(secret: string): 'accepted' | 'refused' | 'either' {
    const now = this.#clock();
    const { until, gone } = this.#spans.get(secret) ?? { until: 0, gone: 0 };
    if (now < until) return 'accepted';
    return now < gone ? 'either' : 'refused';
  }
}
