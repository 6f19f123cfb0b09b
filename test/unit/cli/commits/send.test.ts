import { describe, expect, it } from 'vitest';
import type { Batch } from '../../../../src/cli/commits/plan.ts';
import { isAllTaken, sendBatches, summarize, type Tally } from '../../../../src/cli/commits/send.ts';
import type { Reply } from '../../../../src/cli/deliver/send.ts';

const aBatch = (commits: number): Batch => ({
  body: Buffer.from(`${commits}`),
  commits,
  first: '1111111111111111',
  last: '2222222222222222',
});

const answered = (status: number, body: object = {}): Reply => ({
  kind: 'answered',
  status,
  retry_after: undefined,
  body: JSON.stringify(body),
});

const RECORDED = answered(202, { outcome: 'recorded' });
const DUPLICATE = answered(200, { outcome: 'duplicate' });

async function* batchesOf(sizes: number[]): AsyncGenerator<Batch> {
  for (const size of sizes) yield aBatch(size);
}

/** Answers the replies one after the other, then the last one for ever. */
const send = async (sizes: number[], replies: Reply[]) => {
  const sent: string[] = [];
  const progress: number[] = [];
  const post = async (_headers: unknown, body: Buffer): Promise<Reply> => {
    const reply = replies[Math.min(sent.push(body.toString()), replies.length) - 1];
    return reply ?? RECORDED;
  };
  const step = ({ commits }: Batch) => void progress.push(commits);
  const tally = await sendBatches(batchesOf(sizes), post, 's', step, async () => {});
  return {
    tally,
    sent,
    progress,
    told: summarize(
      tally,
      sizes.reduce((sum, size) => sum + size, 0),
    ),
  };
};

const counts = ({ accepted, duplicate, failed }: Tally) => [accepted, duplicate, failed];

describe('batches', () => {
  it('are counted under what became of them', async () => {
    const { tally, progress, told } = await send([3, 4, 5], [RECORDED, DUPLICATE]);
    expect(counts(tally)).toEqual([
      { batches: 1, commits: 3 },
      { batches: 2, commits: 9 },
      { batches: 0, commits: 0 },
    ]);
    expect(progress).toEqual([3, 4, 5]);
    expect(isAllTaken(tally)).toBe(true);
    expect(told).toMatch(/accepted +1 +3\nduplicate +2 +9\nfailed +0 +0$/);
  });

  it('after a refused one are still sent, because only its body was refused', async () => {
    const refusal = answered(422, { type: 'urn:x:not-a-commit-delivery', event_id: 'evt_9' });
    const { tally, sent, told } = await send([3, 4], [refusal, RECORDED]);
    expect(sent).toEqual(['3', '4']);
    expect(isAllTaken(tally)).toBe(false);
    expect(told).toContain('failed: 3 commits, 1111111111 to 2222222222: 422 not-a-commit-delivery evt_9');
    expect(told).toMatch(/failed +1 +3$/);
  });

  it.each([
    [answered(401), 'invalid signature'],
    [answered(403), 'no deliveries from this network address'],
    [answered(404), 'the receiver has no secret for commits (COMMITS_WEBHOOK_SECRET'],
    [answered(405), '405'],
  ])('stop at %j, because the others would get the same answer', async (reply, said) => {
    const { tally, sent, told } = await send([3, 4, 5], [reply]);
    expect(sent).toEqual(['3']);
    expect(isAllTaken(tally)).toBe(false);
    expect(told).toContain(said);
    expect(told).toMatch(/failed +1 +3\nnot sent +9$/);
  });

  it.each([
    [answered(503), '503'],
    [{ kind: 'failed', code: 'ECONNREFUSED' } as const, 'nothing is listening there'],
    [{ kind: 'failed', code: 'TIMEOUT' } as const, 'no response in time'],
  ])('stop at %j when sending again does not help', async (reply, said) => {
    const { sent, told } = await send([3, 4], [RECORDED, reply]);
    expect(sent).toEqual(['3', '4', '4', '4', '4', '4', '4']);
    expect(told).toContain(said);
    expect(told).toContain('what was accepted is only a duplicate then');
    expect(told).toMatch(/accepted +1 +3\n/);
  });

  it('are sent again until they are taken', async () => {
    const { tally, sent } = await send([3, 4], [answered(503), answered(429), RECORDED]);
    expect(sent).toEqual(['3', '3', '3', '4']);
    expect(isAllTaken(tally)).toBe(true);
  });

  it('that are refused one after the other are named five times at most', async () => {
    const { tally, told } = await send([1, 1, 1, 1, 1, 1, 1], [answered(413)]);
    expect(tally.failed.batches).toBe(7);
    expect(told.match(/^failed: /gm)).toHaveLength(5);
    expect(told).toContain('a smaller --batch');
  });
});
