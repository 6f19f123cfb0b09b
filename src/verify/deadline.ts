/**
 * Settles as `work` does, or rejects with a `TimeoutError` after `ms`, whatever `work` does then. The signal
 * lets it stop what it began; the race is there because not every step of it may listen.
 */
export const withDeadline = <T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const signal = AbortSignal.timeout(ms);
  const expired = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return Promise.race([work(signal), expired]);
};
