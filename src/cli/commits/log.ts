import { hideAddress, isAddress } from '../../domain/address.ts';
import { parseCommitInstant } from '../../domain/commit.ts';
import { LAST_INSTANT_MS, toUtcIso } from '../../domain/instant.ts';
import type { BranchOf } from './branch-of-commit.ts';
import type { Tip } from './branches.ts';
import { askLines, readFields } from './git.ts';

/** A commit as `POST /webhooks/commits` takes it; the order of the keys is that of the bytes sent. */
export type LoggedCommit = {
  sha: string;
  message: string;
  author: string;
  /** Null where git itself has no time that can be shown. */
  committed_at: string | null;
  branch?: string;
};

/** Characters of a message that are sent: keys stand at its beginning, and a body has a limit. */
const MOST_CHARACTERS = 100_000;

/** Id, time with offset, time in epoch seconds, author by .mailmap, message. A NUL can be in none of them. */
const FORMAT = ['%H', '%cI', '%ct', '%aN', '%B'];

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

/** Cut between characters, not between the halves of one. */
const cut = (message: string): string => message.slice(0, MOST_CHARACTERS).replace(/[\uD800-\uDBFF]$/, '');

/**
 * `Z` or `+00:00` is a question of git's version, and must not be one of the bytes sent. Where the receiver would
 * not read the time (an offset of days, the year 10000) the seconds stand for it, and without usable ones nothing: a
 * made-up time would win over the one that another sender knows.
 */
const committedAt = (iso: string, seconds: string): string | null => {
  const text = iso.replace(/Z$/, '+00:00');
  if (parseCommitInstant(text) !== null) return text;
  const ms = Number(seconds) * 1_000;
  return seconds !== '' && ms >= 0 && ms <= LAST_INSTANT_MS ? toUtcIso(ms) : null;
};

/**
 * A branch's commits, merges included, oldest first. In the order of the graph the commits of a merged branch
 * stand together; by date they would be mixed with older ones.
 * @param since epoch seconds; null for all of history
 * @throws CommandError when git fails
 */
export const listCommits = async (folder: string, tip: Tip, since: number | null): Promise<string[]> => {
  const range = [tip.sha, ...tip.without.map((other) => `^${other}`)];
  const lines = await askLines(
    folder,
    ['rev-list', '--topo-order', '--reverse', '--timestamp', '--stdin'],
    range,
  );
  const commits = lines.map((line) => line.split(' '));
  return commits.flatMap(([seconds = '', sha = '']) => (isSince(Number(seconds), since) ? [sha] : []));
};

/**
 * Each commit is looked at by itself. Git would stop at the first one that is older, and miss those behind it whose
 * clock was wrong; only newer gits have an option against that. One whose time git cannot read (0) is kept.
 */
const isSince = (seconds: number, since: number | null): boolean =>
  since === null || seconds >= since || !(seconds > 0);

/**
 * Reads these commits, merges included, in this order.
 * @throws CommandError when git fails
 */
export async function* readLog(
  folder: string,
  shas: readonly string[],
  branchOf: BranchOf,
): AsyncGenerator<LoggedCommit> {
  if (shas.length === 0) return;
  const output = ['-z', '--no-color', '--no-notes', '--no-patch', `--format=${FORMAT.join('%x00')}`];
  const args = ['log', '--no-walk=unsorted', '--stdin', ...output];
  let fields: string[] = [];
  for await (const field of readFields(folder, args, shas)) {
    fields.push(field);
    if (fields.length < FORMAT.length) continue;
    yield toCommit(fields, branchOf(fields[0] ?? ''));
    fields = [];
  }
}

/**
 * Anything of the form `<name@host>`, as in a Signed-off-by line; or a name, an `@` and a host whose last part is
 * letters, so that `package@1.0.0` stays. Every part has a bound, or a long text would take forever.
 */
const ADDRESS =
  /<[^<>\s@]{1,64}@[^<>\s@]{1,255}>|[\p{L}\p{N}._%+'-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}(?![\p{L}\p{N}])/gu;

/** The text with `[address]` in the place of every e-mail address. */
export const withoutAddresses = (text: string): string => text.replaceAll(ADDRESS, '[address]');

/** A name without e-mail addresses; where it is nothing else, the hash that all our data has for one. */
export const hideAddresses = (name: string): string =>
  isAddress(name) ? hideAddress(name) : withoutAddresses(name);
