import type { SubscriptionRow } from '../../store/subscriptions/subscription-row.ts';
import { endMs, type Lane } from '../rules/next-step.ts';
import { fullBucket } from '../rules/rate.ts';
import { type KeepDeps, type Keeper, keepState } from './keep-state.ts';
import type { SendDeps } from './send-one.ts';

export type LaneDeps = Omit<SendDeps, 'keeper'> & Pick<KeepDeps, 'onStatus'>;

/** How often the lease is renewed. */
export const RENEWS_MS = 30_000;

/** A working lane: its state and its means. */
export type Work = Lane & {
  deps: LaneDeps;
  keeper: Keeper;
  bell: Bell;
  /** Attempts in progress in this process, by execution id. */
  begun: Map<string, Promise<void>>;
  /** Ids of executions that hints named as due. */
  hinted: Set<string>;
  /** It was woken since its last look. */
  is_woken: boolean;
  has_ended: boolean;
  /** When the lease was last known to be ours. */
  renewed_ms: number;
  renews_ms: number;
  is_lost: boolean;
};

export const NOTHING = { high: [], normal: [], low: [] };

/** A lane before its first look. @param row as just read */
export const openWork = (deps: LaneDeps, row: SubscriptionRow): Work => {
  const now = deps.clock();
  const keeper = keepState(deps, row);
  return {
    deps,
    keeper,
    bell: createBell(),
    begun: new Map(),
    hinted: new Set(),
    is_woken: false,
    has_ended: false,
    renewed_ms: now,
    renews_ms: now + RENEWS_MS,
    is_lost: false,
    get subscription() {
      return keeper.current();
    },
    get under_way() {
      return this.begun.size;
    },
    waiting: NOTHING,
    turn: 0,
    bucket: fullBucket(row.rate_per_second, now),
    looked_ms: null,
    saw_all: { high: false, normal: false, low: false },
    wanted_until_ms: 0,
    ends_ms: endMs(now, row.timeout_seconds),
  };
};

/** Lets a loop sleep until a time or a ring; a ring while it works ends its next sleep at once. */
type Bell = {
  ring(): void;
  /** @param sleep ends early when its signal is aborted; null: only a ring ends the sleep */
  wait(sleep: ((signal: AbortSignal) => Promise<unknown>) | null): Promise<void>;
};

const createBell = (): Bell => {
  let rung = Promise.withResolvers<void>();
  return {
    ring: () => rung.resolve(),
    wait: async (sleep) => {
      const awake = new AbortController();
      const slept = sleep?.(awake.signal).catch(() => {});
      await Promise.race(slept ? [rung.promise, slept] : [rung.promise]);
      awake.abort();
      rung = Promise.withResolvers<void>();
    },
  };
};
