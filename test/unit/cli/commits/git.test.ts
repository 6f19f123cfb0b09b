import { describe, expect, it } from 'vitest';
import { askGit, readFields } from '../../../../src/cli/commits/git.ts';

describe('git', () => {
  it('answers without the end of the last line', async () => {
    expect(await askGit('/', ['version'])).toEqual({
      kind: 'done',
      text: expect.stringMatching(/^git version [^\n]+$/),
    });
  });

  it('is given arguments as they are, because no shell reads them', async () => {
    const odd = `$(exit 1); 'a" b`;
    expect(await askGit('/', ['rev-parse', '--sq-quote', odd])).toEqual({
      kind: 'done',
      text: ` '$(exit 1); '\\''a" b'`,
    });
  });

  it('that refuses says why in one line', async () => {
    const answer = await askGit('/nonexistent', ['log']);
    expect(answer).toEqual({
      kind: 'refused',
      why: expect.stringMatching(/^fatal: cannot change to '\/nonexistent'[^\n]*$/),
    });
  });

  it('that fails while it is read is an error, because half a history would look whole', async () => {
    const read = async () => {
      for await (const _ of readFields('/nonexistent', ['log']));
    };
    await expect(read()).rejects.toThrow("git log failed: fatal: cannot change to '/nonexistent'");
  });
});
