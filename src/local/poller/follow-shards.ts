import { setTimeout as sleep } from 'node:timers/promises';
import { describeFault } from '../../errors/errors.ts';
import type { Bell } from './bell.ts';
import { type PollerDeps, readShard } from './read-shard.ts';
import type { Shard } from './stream-source.ts';

/** How often shards are listed anew when none has ended (milliseconds). */
const LIST_MS = 10_000;

/** Those not read yet whose parent is read to its end, or so old that the stream has forgotten it. */
const dueShards = (listed: Shard[], running: Map<string, unknown>, ended: Set<string>): Shard[] => {
  const ids = new Set(listed.map(({ id }) => id));
  const isOver = (parent: string | null) => parent === null || ended.has(parent) || !ids.has(parent);
  return listed.filter(({ id, parent }) => !running.has(id) && !ended.has(id) && isOver(parent));
};

/**
 * Reads all shards of the stream at the same time, but a parent to its end before its children, so that an
 * item's records stay in order. Shards that come up later are found when their parent ends, and every few
 * seconds.
 * @throws the signal's reason when the poller stops and every batch under way is over
 */
export const followShards = async (deps: PollerDeps, bell: Bell): Promise<void> => {
  const { source, log, persist, progress, signal, idleMs } = deps;
  const running = new Map<string, Promise<void>>();
  const ended = new Set<string>();

  const follow = async (id: string): Promise<void> => {
    try {
      if ((await readShard(deps, id)) === 'ended') ended.add(id);
    } catch (fault) {
      if (!signal.aborted) log.error({ shard_id: id, fault: describeFault(fault) }, 'reading a shard failed');
    }
    running.delete(id);
    bell.ring();
  };

  try {
    for (;;) {
      const moment = progress.begin();
      const listed = await persist(() => source.listShards(signal));
      for (const { id } of dueShards(listed, running, ended)) running.set(id, follow(id));
      const open = listed.filter(({ id }) => !ended.has(id));
      progress.listed(
        open.map(({ id }) => id),
        moment,
      );
      await bell.wait(LIST_MS);
      await sleep(idleMs, undefined, { signal });
    }
  } finally {
    await Promise.all(running.values());
  }
};
