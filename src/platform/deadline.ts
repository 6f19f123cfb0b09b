/**
 * How long one request may take in milliseconds before it is answered 503. Jira gives a receiver 5 s to
 * connect and more to answer; well under it leaves room for the network and a cold start.
 */
export const REQUEST_BUDGET_MS = 3_500;

/** Requests that begin within this time share a signal: one for each would cost as much as its signature. */
const SHARED_FOR_MS = 100;

let shared = { signal: AbortSignal.abort(), until: 0 };

/** A signal that ends every AWS call of one request when its budget is used up, or a tenth of a second later. */
export const requestDeadline = (): AbortSignal => {
  const now = performance.now();
  if (now >= shared.until)
    shared = { signal: AbortSignal.timeout(REQUEST_BUDGET_MS + SHARED_FOR_MS), until: now + SHARED_FOR_MS };
  return shared.signal;
};

/**
 * The work's result, or the signal's reason as soon as it is aborted; work is not begun after that. Work under
 * way is not stopped: its result is no longer awaited, and what it still writes is what the sender's next
 * attempt writes again. To pass the signal down into the SDK instead costs a tenth of each call. Nothing of the call
 * is left at the signal once it has ended: a signal may live for minutes, and would keep every result so long.
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
 * Settles as `work` does, or rejects with a `TimeoutError` after `ms`, whatever `work` does then. The signal
 * lets it stop what it began; the race is there because not every step of it may listen.
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
