import type { Counted, FromChild, ToChild } from './child.ts';

const tell = (message: FromChild): void => {
  process.send?.(message);
};

/** `correlated` resolves when everything stored before the call is correlated. */
export type Served = {
  url: string;
  correlated?: () => Promise<void>;
  work?: (what: string) => Promise<Counted>;
};

/**
 * Runs a server on behalf of the bench: starts it when told to, answers how much processor time was used and when
 * all is correlated, and ends it when the bench lets go, also when that is because it is no more.
 */
export const serveParent = async <Setup>(
  start: (setup: Setup, owned: AsyncDisposableStack) => Promise<Served>,
): Promise<void> => {
  const owned = new AsyncDisposableStack();
  // Ctrl-C reaches the whole process group; the bench decides when we end.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  process.once('disconnect', async () => {
    await owned.disposeAsync().catch(() => {});
    process.exit();
  });
  let served: Served = { url: '' };
  process.on('message', async (message: ToChild<Setup>) => {
    if (message.kind === 'start') {
      served = await start(message.setup, owned);
      tell({ kind: 'ready', url: served.url });
    } else if (message.kind === 'correlated') {
      await served.correlated?.();
      tell({ kind: 'correlated' });
    } else if (message.kind === 'work') {
      tell({ kind: 'worked', counted: (await served.work?.(message.what)) ?? {} });
    } else tell({ kind: 'cpu', ...process.cpuUsage() });
  });
};
