import { parseCommitInstant } from '../../domain/commit.ts';
import { LAST_INSTANT_MS, toUtcIso } from '../../domain/instant.ts';
import { CommandError } from '../shared/command-error.ts';
import { hideAddresses, withoutAddresses } from './addresses.ts';
import { askGit, readFields } from './git.ts';
import type { Tip } from './tips.ts';

/** A commit as `POST /webhooks/commits` takes it; the order of the keys is that of the bytes sent. */
export type LoggedCommit = {
  sha: string;
  message: string;
  author: string;
  committed_at: string;
  branch?: string;
};

/** Characters of a message that are sent: keys stand at its beginning, and a body has a limit. */
const MOST_CHARACTERS = 100_000;

/** Id, time with offset, time in epoch seconds, author by .mailmap, message. A NUL can be in none of them. */
const FORMAT = ['%H', '%cI', '%ct', '%aN', '%B'];

/** Cut between characters, not between the halves of one. */
const cut = (message: string): string => message.slice(0, MOST_CHARACTERS).replace(/[\uD800-\uDBFF]$/, '');

/**
 * `Z` or `+00:00` is a question of git's version, and must not be one of the bytes sent. Where the receiver would
 * refuse the time (an offset of days, the year 10000) the seconds stand for it, and without usable ones 1970: one
 * broken commit must not cost its whole batch.
 */
const committedAt = (iso: string, seconds: string): string => {
  const text = iso.replace(/Z$/, '+00:00');
  if (parseCommitInstant(text) !== null) return text;
  const ms = Number(seconds) * 1_000;
  return toUtcIso(ms >= 0 && ms <= LAST_INSTANT_MS ? ms : 0);
};

/** A commit of the log's fields, as they are sent. */
export const toCommit = (fields: readonly string[], branch: string | null): LoggedCommit => {
  const [sha = '', iso = '', seconds = '', author = '', message = ''] = fields;
  return {
    sha,
    message: cut(withoutAddresses(message.trimEnd())),
    author: hideAddresses(author),
    committed_at: committedAt(iso, seconds),
    ...(branch === null ? {} : { branch }),
  };
};

/** What `--since` means, in epoch seconds, as git itself reads it. */
export const readSince = async (folder: string, since: string): Promise<number> => {
  const read = await askGit(folder, ['rev-parse', `--since=${since}`]);
  const seconds = read.kind === 'done' ? /^--max-age=(\d+)$/.exec(read.text)?.[1] : undefined;
  if (seconds === undefined) throw new CommandError(`git cannot read --since ${since}`);
  return Number(seconds);
};

const rangeOf = ({ sha, without }: Tip, since: number | null): string[] => [
  ...(since === null ? [] : [`--max-age=${since}`]),
  '--end-of-options',
  sha,
  ...without.map((other) => `^${other}`),
  '--',
];

/** How many commits `readLog` will find. */
export const countCommits = async (folder: string, tip: Tip, since: number | null): Promise<number> => {
  const counted = await askGit(folder, ['rev-list', '--count', ...rangeOf(tip, since)]);
  if (counted.kind === 'refused') throw new CommandError(`git rev-list failed: ${counted.why}`);
  return Number(counted.text);
};

/**
 * A branch's commits, merges included, oldest first. In the order of the graph the commits of a merged branch
 * stand together; by date they would come to lie between older ones.
 * @throws CommandError when git fails
 */
export async function* readLog(folder: string, tip: Tip, since: number | null): AsyncGenerator<LoggedCommit> {
  const output = ['-z', '--no-color', '--no-notes', '--no-patch', `--format=${FORMAT.join('%x00')}`];
  const args = ['log', '--reverse', '--topo-order', ...output, ...rangeOf(tip, since)];
  let fields: string[] = [];
  for await (const field of readFields(folder, args)) {
    fields.push(field);
    if (fields.length < FORMAT.length) continue;
    yield toCommit(fields, tip.branch);
    fields = [];
  }
}
