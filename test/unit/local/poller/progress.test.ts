import { describe, expect, it } from 'vitest';
import { type Progress, trackProgress } from '../../../../src/local/poller/progress.ts';

/** Whether everything is handled yet, asked from now on. */
const ask = (progress: Progress) => {
  const asked = { over: false };
  progress.whenIdle().then(
    () => {
      asked.over = true;
    },
    () => {},
  );
  return async () => {
    await Promise.resolve();
    return asked.over;
  };
};

describe('being idle', () => {
  it('needs a listing and a read of every shard that began later, because earlier ones may have missed a write', async () => {
    const progress = trackProgress();
    const before = progress.begin();
    const isOver = ask(progress);
    progress.listed(['a', 'b'], before);
    progress.caughtUp('a', before);
    progress.caughtUp('b', before);
    expect(await isOver()).toBe(false);
    const after = progress.begin();
    progress.caughtUp('a', after);
    progress.caughtUp('b', after);
    expect(await isOver()).toBe(false);
    progress.listed(['a', 'b'], after);
    expect(await isOver()).toBe(true);
  });

  it('waits for the slowest shard, because the write may be in that one', async () => {
    const progress = trackProgress();
    const isOver = ask(progress);
    progress.listed(['a', 'b'], progress.begin());
    progress.caughtUp('a', progress.begin());
    expect(await isOver()).toBe(false);
    progress.caughtUp('b', progress.begin());
    expect(await isOver()).toBe(true);
  });

  it('waits for the child of a shard that ended, because what follows is there', async () => {
    const progress = trackProgress();
    const isOver = ask(progress);
    progress.listed(['parent'], progress.begin());
    progress.listed(['child'], progress.begin());
    expect(await isOver()).toBe(false);
    progress.caughtUp('child', progress.begin());
    expect(await isOver()).toBe(true);
  });

  it('needs no more of a shard that is not listed any more, because all of it is handled', async () => {
    const progress = trackProgress();
    const isOver = ask(progress);
    progress.listed(['a'], progress.begin());
    expect(await isOver()).toBe(false);
    progress.listed([], progress.begin());
    expect(await isOver()).toBe(true);
  });

  it('is asked anew each time, because more may have been written', async () => {
    const progress = trackProgress();
    const first = ask(progress);
    const moment = progress.begin();
    progress.listed(['a'], moment);
    progress.caughtUp('a', moment);
    expect(await first()).toBe(true);
    const second = ask(progress);
    progress.caughtUp('a', moment);
    expect(await second()).toBe(false);
  });

  it('is refused when reading stops, because it would never come', async () => {
    const progress = trackProgress();
    const waiting = progress.whenIdle();
    progress.stop();
    await expect(waiting).rejects.toThrow('the poller has stopped');
    await expect(progress.whenIdle()).rejects.toThrow('the poller has stopped');
  });
});
