import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { faultCode } from '../../local/start-error.ts';
import { CommandError } from '../shared/command.ts';

/** Settings that the user's own configuration must not change. */
const SETTINGS = ['log.showSignature=false', 'core.quotePath=false', 'i18n.logOutputEncoding=UTF-8'];

/** Inside a hook git sets these to the hook's repository, which would override the given folder. */
const OF_A_HOOK = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_COMMON_DIR', 'GIT_INDEX_FILE', 'GIT_OBJECT_DIRECTORY'];

/** Git's output without the final line break, or the line that says why it failed. */
export type GitAnswer = { kind: 'done'; text: string } | { kind: 'refused'; why: string };

type Running = { stdout: Readable; why: Promise<string | null>; kill: () => void };

/** Runs git for a short answer. @throws CommandError when git cannot be run at all */
export const askGit = async (
  folder: string,
  args: readonly string[],
  lines: readonly string[] = [],
): Promise<GitAnswer> => {
  const { stdout, why } = start(folder, args, lines);
  const [answer, reason] = await Promise.all([text(stdout), why]);
  if (reason !== null) return { kind: 'refused', why: reason };
  return { kind: 'done', text: answer.replace(/\n$/, '') };
};

/**
 * Runs no shell, so arguments need no quoting. `why` is null when git succeeds.
 * @param lines git's standard input: there may be more than fits into a command line
 */
const start = (folder: string, args: readonly string[], lines: readonly string[]): Running => {
  const settings = SETTINGS.flatMap((setting) => ['-c', setting]);
  const child = spawn('git', ['--no-pager', ...settings, '-C', folder, ...args], {
    env: environment(),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // If git ends before it has read all input, its own error says why.
  child.stdin.on('error', () => {});
  child.stdin.end(lines.map((line) => `${line}\n`).join(''));
  const { promise: ended, resolve, reject } = Promise.withResolvers<boolean>();
  child.once('close', (code) => resolve(code === 0));
  child.once('error', (fault) => reject(new CommandError(`Cannot run git (${faultCode(fault)})`)));
  const why = Promise.all([ended, text(child.stderr)]).then(([ok, said]) => (ok ? null : whyOf(said)));
  // The caller reads the output first and looks at `why` later; until then its failure must not end the process.
  why.catch(() => {});
  return { stdout: child.stdout, why, kill: () => child.kill() };
};

const environment = (): NodeJS.ProcessEnv => {
  const kept = Object.entries(process.env).filter(([name]) => !OF_A_HOOK.includes(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' };
};

const whyOf = (said: string): string =>
  said.split('\n').find((line) => line.startsWith('fatal: ')) ?? said.split('\n')[0] ?? '';

/** The lines git answers; none for an empty answer. @throws CommandError when git refuses */
export const askLines = async (
  folder: string,
  args: readonly string[],
  lines: readonly string[] = [],
): Promise<string[]> => {
  const answer = await askGit(folder, args, lines);
  if (answer.kind === 'refused') throw new CommandError(`git ${args[0]} failed: ${answer.why}`);
  return answer.text === '' ? [] : answer.text.split('\n');
};

/**
 * Runs git and yields the NUL-terminated fields of its output as they arrive. Git is paused while the reader is busy
 * and killed when the reader stops.
 * @throws CommandError when git fails, after yielding all that it printed
 */
export async function* readFields(
  folder: string,
  args: readonly string[],
  lines: readonly string[] = [],
): AsyncGenerator<string> {
  const { stdout, why, kill } = start(folder, args, lines);
  let all = false;
  try {
    yield* nulFields(stdout);
    all = true;
  } finally {
    if (!all) kill();
  }
  const reason = await why;
  if (reason !== null) throw new CommandError(`git ${args[0]} failed: ${reason}`);
}

const NUL = 0;

/**
 * The NUL-terminated fields of a byte stream, decoded as UTF-8; invalid UTF-8 becomes U+FFFD. Buffers only the current
 * field. What follows the last NUL is dropped.
 */
export async function* nulFields(stream: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let begun: Uint8Array[] = [];
  for await (const chunk of stream) {
    let from = 0;
    for (let end = chunk.indexOf(NUL); end !== -1; end = chunk.indexOf(NUL, from)) {
      yield Buffer.concat([...begun, chunk.subarray(from, end)]).toString('utf8');
      begun = [];
      from = end + 1;
    }
    begun.push(chunk.subarray(from));
  }
}
