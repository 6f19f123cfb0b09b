import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Presets, SingleBar } from 'cli-progress';
import { UsageError } from './command.ts';

/** Where the question is shown and the answer is typed. */
type Terminal = { input: NodeJS.ReadableStream & { isTTY?: boolean }; output: NodeJS.WritableStream };

const TERMINAL: Terminal = { input: process.stdin, output: process.stderr };

/**
 * Asks before something is written; only `y` or `yes` is a yes.
 * @param yes `--yes` was given: no question is asked
 * @throws UsageError when there is no terminal to ask at
 */
export const confirm = async (
  question: string,
  yes: boolean,
  terminal: Terminal = TERMINAL,
): Promise<boolean> => {
  if (yes) return true;
  if (!terminal.input.isTTY)
    throw new UsageError(`${question}\nThere is no terminal to ask for confirmation: add --yes to proceed.`);
  const answer = await askLine(`${question} [y/N] `, terminal);
  const agreed = /^y(es)?$/i.test(answer?.trim() ?? '');
  if (!agreed) console.error('Nothing was changed.');
  return agreed;
};

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

export type Progress = { step(by?: number): void; stop(): void };

/** Outside a terminal, less work than this is done before a line would be useful. */
const MANY = 20;

const LINE_EVERY_MS = 2_000;

/**
 * Shows on standard error the progress of the work: a bar in a terminal, elsewhere a line every two seconds, and
 * nothing where there is little to do.
 */
export const showProgress = (what: string, total: number): Progress => {
  const isTerminal = process.stderr.isTTY === true;
  if (total <= (isTerminal ? 1 : MANY)) return { step: () => {}, stop: () => {} };
  const format = `${what} {bar} {value}/{total} {duration_formatted}`;
  const bar = new SingleBar(
    {
      format,
      stream: process.stderr,
      noTTYOutput: !isTerminal,
      notTTYSchedule: LINE_EVERY_MS,
      hideCursor: true,
    },
    Presets.legacy,
  );
  bar.start(total, 0);
  return { step: (by = 1) => bar.increment(by), stop: () => bar.stop() };
};

/** npm runs a command in the project's folder; a relative path means the folder it was typed in. */
export const typedPath = (path: string): string => resolve(process.env.INIT_CWD ?? process.cwd(), path);

/** Untrusted text with control characters replaced, so that it cannot move the cursor or set colours; lines stay. */
export const printable = (text: string): string => text.replaceAll(/(?![\n\t])\p{C}/gu, '?');
