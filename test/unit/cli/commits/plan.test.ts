import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LoggedCommit } from '../../../../src/cli/commits/log.ts';
import { type Batch, cutBatches, isBorder } from '../../../../src/cli/commits/plan.ts';

const aCommit = (sha: string, message = 'ABC-1'): LoggedCommit => ({
  sha,
  message,
  author: 'Ada',
  committed_at: '2026-03-02T09:00:00-07:00',
});

/** Border or not for any size from 2 on: 0 divides by all, 1 by none. */
const BORDER = '0'.repeat(40);
const INNER = `000000000001${'0'.repeat(28)}`;

const cut = async (commits: LoggedCommit[], most: number): Promise<Batch[]> => {
  const batches: Batch[] = [];
  for await (const batch of cutBatches('acme/shop', commits, most)) batches.push(batch);
  return batches;
};

const bodies = async (commits: LoggedCommit[], most: number): Promise<string[]> =>
  (await cut(commits, most)).map(({ body }) => body.toString());

const sizes = async (commits: LoggedCommit[], most: number): Promise<number[]> =>
  (await cut(commits, most)).map((batch) => batch.commits);

const sha = fc
  .uint8Array({ minLength: 20, maxLength: 20 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));
const history = fc.array(
  fc.tuple(sha, fc.string()).map(([id, message]) => aCommit(id, message)),
  { maxLength: 60 },
);
const most = fc.integer({ min: 1, max: 12 });

describe('a batch', () => {
  it('is this very body, because its bytes are how the receiver knows it again', async () => {
    const [batch] = await cut([aCommit(INNER)], 500);
    expect(batch?.body.toString()).toBe(
      `{"repository":"acme/shop","commits":[{"sha":"${INNER}","message":"ABC-1","author":"Ada",` +
        '"committed_at":"2026-03-02T09:00:00-07:00"}]}',
    );
    expect(batch).toMatchObject({ commits: 1, first: INNER, last: INNER });
  });

  it('ends after a commit whose id says so', async () => {
    const commits = [INNER, BORDER, INNER, INNER, BORDER].map((id) => aCommit(id));
    expect(await sizes(commits, 500)).toEqual([2, 3]);
  });

  it('holds no more than it may', async () => {
    expect(await sizes(Array(7).fill(aCommit(INNER)), 3)).toEqual([3, 3, 1]);
    expect(await sizes(Array(3).fill(aCommit(INNER)), 1)).toEqual([1, 1, 1]);
  });

  it('is none where there is no commit', async () => {
    expect(await cut([], 500)).toEqual([]);
  });

  it('stays under a megabyte, counted in bytes, because a receiver has a limit', async () => {
    const commits = Array(12).fill(aCommit(INNER, 'ä'.repeat(100_000)));
    const batches = await cut(commits, 500);
    expect(batches.map((batch) => batch.commits)).toEqual([4, 4, 4]);
    for (const { body } of batches) expect(body.length).toBeLessThan(1_000_000);
  });

  it('of one commit may be larger, but never too large for a receiver', async () => {
    const worst = aCommit(INNER, '\u0001'.repeat(100_000));
    const [first, ...rest] = await cut([worst, worst], 500);
    expect(rest).toHaveLength(1);
    expect(first?.body.length).toBeLessThan(4_000_000);
  });
});

describe('the borders', () => {
  it('come once in half a batch, so that few batches are cut short by their size', () => {
    const ids = Array.from({ length: 4_096 }, (_, index) =>
      index.toString(16).padStart(12, '0').padEnd(40, 'f'),
    );
    expect(ids.filter((id) => isBorder(id, 500))).toHaveLength(17);
    expect(ids.filter((id) => isBorder(id, 1))).toHaveLength(4_096);
  });

  it('lose and repeat no commit', async () => {
    await fc.assert(
      fc.asyncProperty(history, most, async (commits, size) => {
        const sent = (await bodies(commits, size)).flatMap((body) => JSON.parse(body).commits);
        expect(sent).toEqual(commits);
      }),
    );
  });

  it('do not move when commits are appended: all batches but the last keep their bytes', async () => {
    await fc.assert(
      fc.asyncProperty(history, history, most, async (commits, newer, size) => {
        const closed = (await bodies(commits, size)).slice(0, -1);
        const after = await bodies([...commits, ...newer], size);
        expect(after.slice(0, closed.length)).toEqual(closed);
      }),
    );
  });

  it('come back after a change further down: what follows a border in both has the same bytes', async () => {
    await fc.assert(
      fc.asyncProperty(history, history, history, most, async (older, other, newer, size) => {
        const border = aCommit(BORDER);
        const apart = await bodies([border, ...newer], size);
        const one = await bodies([...older, border, ...newer], size);
        const two = await bodies([...other, border, ...newer], size);
        const same = apart.slice(1);
        expect(one.slice(one.length - same.length)).toEqual(same);
        expect(two.slice(two.length - same.length)).toEqual(same);
      }),
    );
  });
});
