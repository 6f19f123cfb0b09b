/** Lets a loop sleep until a time, or until somebody rings; what rings while it works is heard when it sleeps next. */
export type Bell = {
  ring(): void;
  /** @param sleep ends early when its signal is aborted; null: only a ring ends the sleep */
  wait(sleep: ((signal: AbortSignal) => Promise<unknown>) | null): Promise<void>;
};

export const createBell = (): Bell => {
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
