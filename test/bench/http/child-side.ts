import type { FromChild, ToChild } from './child.ts';

const tell = (message: FromChild): void => {
  process.send?.(message);
};

/**
 * Runs a server on behalf of the bench: starts it when told to, answers how much processor time was used,
 * and ends it when the bench lets go, also when that is because it is no more.
 * @param start answers the server's address
 */
export const serveParent = async <Setup>(
  start: (setup: Setup, owned: AsyncDisposableStack) => Promise<string>,
): Promise<void> => {
  const owned = new AsyncDisposableStack();
  // Ctrl-C reaches the whole process group; the bench decides when we end.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  process.once('disconnect', async () => {
    await owned.disposeAsync().catch(() => {});
    process.exit();
  });
  process.on('message', async (message: ToChild<Setup>) => {
    if (message.kind === 'start') tell({ kind: 'ready', url: await start(message.setup, owned) });
    else tell({ kind: 'cpu', ...process.cpuUsage() });
  });
};
