import { PassThrough } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { confirm } from '../../../../src/cli/shared/terminal.ts';

/** A terminal at which this is typed; `shown` is what stands on it. */
const typed = (text: string, isTTY = true) => {
  const input = Object.assign(new PassThrough(), { isTTY });
  const output = new PassThrough();
  input.end(text);
  return { input, output, shown: () => String(output.read()) };
};

describe('a question before something is written', () => {
  it.each(['y\n', 'yes\n', 'YES\n', ' y \n'])('takes %j as a yes', async (text) => {
    const terminal = typed(text);
    expect(await confirm('Erase it?', false, terminal)).toBe(true);
    expect(terminal.shown()).toBe('Erase it? [y/N] ');
  });

  it.each(['\n', 'n\n', 'no\n', 'yep\n', 'y n\n', ''])(
    'takes %j as a no, because only a yes is one',
    async (text) => {
      const said = vi.spyOn(console, 'error').mockImplementation(() => {});
      expect(await confirm('Erase it?', false, typed(text))).toBe(false);
      expect(said.mock.calls).toEqual([['Nothing was changed.']]);
      said.mockRestore();
    },
  );

  it('is not asked with --yes', async () => {
    expect(await confirm('Erase it?', true, typed('', false))).toBe(true);
  });

  it('is refused as wrong usage where nobody can answer, because silence is no yes', async () => {
    await expect(confirm('Erase it?', false, typed('y\n', false))).rejects.toMatchObject({
      kind: 'usage',
      message: 'Erase it?\nThere is no terminal to ask for confirmation: add --yes to proceed.',
    });
  });
});
