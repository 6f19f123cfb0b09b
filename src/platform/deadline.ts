/**
 * How long one request may take in milliseconds before it is answered 503. Jira gives a receiver 5 s to connect and
 * more to answer; the rest is left for the network and a cold start.
 */
export const REQUEST_BUDGET_MS = 3_500;

/** Requests that begin within this time share a signal: one for each would cost as much as checking its signature. */
const SHARED_FOR_MS = 100;

let shared = { signal: AbortSignal.abort(), until: 0 };

/** A signal that aborts a request's AWS calls when its budget is used up, or up to a tenth of a second later. */
export const requestDeadline = (): AbortSignal => {
  const now = performance.now();
  if (now >= shared.until)
    shared = { signal: AbortSignal.timeout(REQUEST_BUDGET_MS + SHARED_FOR_MS), until: now + SHARED_FOR_MS };
  return shared.signal;
};

/**
 * The work's result, or a rejection with the signal's reason as soon as it is aborted; work is not started after that.
 * Work in flight is not stopped, only no longer awaited: whatever it still writes, the sender's next attempt writes
 * again. Passing the signal to the SDK instead would cost a tenth of each call. The listener is removed at the end,
 * because a signal may live for minutes and would retain every result.
 */
export const within = async <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
  signal.throwIfAborted();
  const { promise: expired, reject } = Promise.withResolvers<never>();
  const expire = () => reject(signal.reason);
  signal.addEventListener('abort', expire);
  try {
    return await Promise.race([work(), expired]);
  } finally {
    signal.removeEventListener('abort', expire);
  }
};

/**
 * Settles as `work` does, or rejects with a `TimeoutError` after `ms`, even if `work` goes on. The signal lets `work`
 * stop; the race is needed because not every step of it may listen to the signal.
 */
export const withTimeLimit = async <T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new DOMException('The time is up', 'TimeoutError')), ms);
  timer.unref();
  try {
    return await within(limit.signal, () => work(limit.signal));
  } finally {
    clearTimeout(timer);
  }
};
