/** Tracks how far the stream is read. A moment is a logical clock that grows with each `begin`, not a time. */
export type Progress = {
  /** Returns a new moment; call it before a request to the stream. */
  begin(): number;
  /** At that moment, only these shards could contain unread records. */
  listed(shardIds: string[], moment: number): void;
  /** Everything in the shard at that moment is handled. */
  caughtUp(shardId: string, moment: number): void;
  /** Resolves when everything in the stream at the time of the call is handled; rejects after `stop`. */
  whenIdle(): Promise<void>;
  stop(): void;
};

type Waiter = { since: number; done: () => void; fail: (fault: Error) => void };

export const trackProgress = (): Progress => {
  let moment = 0;
  let listedAt = 0;
  let stopped = false;
  let caughtUpAt = new Map<string, number>();
  let waiters: Waiter[] = [];

  const isHandled = (since: number): boolean =>
    listedAt > since && [...caughtUpAt.values()].every((at) => at > since);
  const settle = (): void => {
    const over = waiters.filter(({ since }) => isHandled(since));
    waiters = waiters.filter((waiter) => !over.includes(waiter));
    for (const { done } of over) done();
  };
  const failure = (): Error => new Error('the poller has stopped');

  return {
    begin: () => ++moment,
    listed: (shardIds, at) => {
      caughtUpAt = new Map(shardIds.map((id) => [id, caughtUpAt.get(id) ?? 0]));
      listedAt = at;
      settle();
    },
    caughtUp: (shardId, at) => {
      caughtUpAt.set(shardId, at);
      settle();
    },
    whenIdle: () =>
      new Promise((done, fail) => {
        if (stopped) fail(failure());
        else waiters.push({ since: ++moment, done, fail });
      }),
    stop: () => {
      stopped = true;
      for (const { fail } of waiters.splice(0)) fail(failure());
    },
  };
};
