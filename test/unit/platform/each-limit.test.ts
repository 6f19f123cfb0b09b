import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eachLimit } from '../../../src/platform/each-limit.ts';

describe('work on many items', () => {
  it('answers in the order of the items and never does more at a time than allowed', async () => {
    const property = fc.asyncProperty(
      fc.array(fc.nat(5)),
      fc.integer({ min: 1, max: 6 }),
      async (turns, limit) => {
        let running = 0;
        let most = 0;
        const results = await eachLimit(turns, limit, async (count) => {
          running += 1;
          most = Math.max(most, running);
          for (let turn = 0; turn < count; turn++) await Promise.resolve();
          running -= 1;
          return count * 10;
        });
        expect(results).toEqual(turns.map((count) => count * 10));
        expect(most).toBeLessThanOrEqual(limit);
      },
    );
    await fc.assert(property);
  });

  it('does one after the other with a limit of one, because order can be the point', async () => {
    const seen: string[] = [];
    await eachLimit(['a', 'b'], 1, async (item) => {
      seen.push(`${item} begins`);
      await Promise.resolve();
      seen.push(`${item} ends`);
    });
    expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('uses the whole limit, because waiting is what takes the time', async () => {
    let running = 0;
    let most = 0;
    await eachLimit([1, 2, 3, 4, 5], 3, async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((done) => setImmediate(done));
      running -= 1;
    });
    expect(most).toBe(3);
  });
});
