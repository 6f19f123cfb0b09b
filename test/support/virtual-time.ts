type Sleeper = { at: number; wake: () => void };

/** Whatever is ready goes on: promises first, as many of them as follow from one another. */
const settle = (): Promise<void> => new Promise((done) => setImmediate(done));

/** A clock that stands still while anything works, and jumps to the next sleeper's time when all sleep. */
export const createVirtualTime = (startMs: number) => {
  let now = startMs;
  let sleepers: Sleeper[] = [];

  const wakeNext = (): void => {
    const next = sleepers.reduce<Sleeper | null>((a, b) => (a !== null && a.at <= b.at ? a : b), null);
    if (next === null) throw new Error('nothing sleeps, and the work does not end');
    sleepers = sleepers.filter((one) => one !== next);
    now = Math.max(now, next.at);
    next.wake();
  };

  return {
    clock: () => now,
    sleep: (ms: number): Promise<void> => {
      const { promise, resolve } = Promise.withResolvers<void>();
      sleepers.push({ at: now + ms, wake: resolve });
      return promise;
    },
    /** Lets time pass until the work is done. */
    run: async <T>(work: Promise<T>): Promise<T> => {
      let done = false;
      const end = (): void => {
        done = true;
      };
      work.then(end, end);
      for (await settle(); !done; await settle()) wakeNext();
      return work;
    },
  };
};
