import { createInterface } from 'node:readline';
import { UsageError } from './command-error.ts';

/** Where the question is shown and the answer is typed. */
type Terminal = { input: NodeJS.ReadableStream & { isTTY?: boolean }; output: NodeJS.WritableStream };

const TERMINAL: Terminal = { input: process.stdin, output: process.stderr };

/** The typed line; null at the end of the input or on Ctrl-C. */
const askLine = (question: string, terminal: Terminal): Promise<string | null> =>
  new Promise((done) => {
    const lines = createInterface(terminal);
    lines.once('close', () => done(null));
    lines.question(question, (line) => {
      done(line);
      lines.close();
    });
  });

/**
 * Asks before something is written; only `y` or `yes` is a yes.
 * @param yes `--yes` was given: nobody is asked
 * @throws UsageError when there is nobody to ask
 */
export const confirm = async (
  question: string,
  yes: boolean,
  terminal: Terminal = TERMINAL,
): Promise<boolean> => {
  if (yes) return true;
  if (!terminal.input.isTTY)
    throw new UsageError(`${question}\nNobody can be asked here: add --yes if this is what you want.`);
  const answer = await askLine(`${question} [y/N] `, terminal);
  const agreed = /^y(es)?$/i.test(answer?.trim() ?? '');
  if (!agreed) console.error('Nothing was changed.');
  return agreed;
};
