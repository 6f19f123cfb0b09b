import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { readExecutionId } from '../../../src/domain/execution.ts';
import { listen, stop } from '../../support/loopback-server.ts';

/** A target of the bench's own, and when each event first came to it (`performance.now()`), in the order of coming. */
export type Target = { url: string; came: ReadonlyMap<string, number> };

/** @param options.hangs takes every request and answers none */
export const startTarget = async (
  owned: AsyncDisposableStack,
  { hangs }: { hangs: boolean } = { hangs: false },
): Promise<Target> => {
  const came = new Map<string, number>();
  const server = createServer((request, response) => {
    const event_id = readExecutionId(String(request.headers['webhook-id']))?.event_id;
    if (event_id !== undefined && !came.has(event_id)) came.set(event_id, performance.now());
    request.resume();
    if (!hangs) request.once('end', () => response.end('{}'));
  });
  const port = await listen(server, 0);
  owned.defer(() => stop(server));
  return { url: `http://127.0.0.1:${port}/hook`, came };
};

const LONGEST_MS = 120_000;
const POLL_MS = 50;

/** Waits until all these events have come to a target. @throws when they do not */
export const untilCame = async ({ came }: Target, eventIds: readonly string[]): Promise<void> => {
  const missing = () => eventIds.filter((id) => !came.has(id)).length;
  for (const end = performance.now() + LONGEST_MS; missing() > 0; await sleep(POLL_MS))
    if (performance.now() > end)
      throw new Error(`${missing()} of ${eventIds.length} events did not come to a target in time`);
};
