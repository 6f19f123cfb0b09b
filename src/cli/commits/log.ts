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
  /** Null if git has no usable time. */
  committed_at: string | null;
  branch?: string;
};

/** The most characters of a message that are sent: keys stand at its beginning, and a body has a limit. */
const MOST_CHARACTERS = 100_000;

/** Id, time with offset, time in epoch seconds, author by .mailmap, message. None of them can contain a NUL. */
const FORMAT = ['%H', '%cI', '%ct', '%aN', '%B'];

/** Builds the commit to send from the fields of the log. */
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

/** Does not cut through a surrogate pair. */
const cut = (message: string): string => message.slice(0, MOST_CHARACTERS).replace(/[\uD800-\uDBFF]$/, '');

/**
 * Git's version decides between `Z` and `+00:00`; always `+00:00`, so that the bytes sent do not depend on it. If the
 * receiver could not read the time (an offset of days, the year 10000), the epoch seconds are used; without usable
 * seconds it is null, as an invented time would win over the one that another sender knows.
 */
const committedAt = (iso: string, seconds: string): string | null => {
  const text = iso.replace(/Z$/, '+00:00');
  if (parseCommitInstant(text) !== null) return text;
  const ms = Number(seconds) * 1_000;
  return seconds !== '' && ms >= 0 && ms <= LAST_INSTANT_MS ? toUtcIso(ms) : null;
};

/**
 * Ids of a tip's commits, merges included, oldest first. In topological order the commits of a merged branch stay
 * together; by date they would be mixed with others.
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
 * Checks each commit by itself. Git's own `--since` stops at the first older commit and misses those behind it when a
 * clock was wrong; only newer versions of git have an option against that. A commit whose time git cannot read (0) is
 * kept.
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
 * letters, so that `package@1.0.0` stays. Every repetition is bounded, or a long text would take forever.
 */
const ADDRESS =
  /<[^<>\s@]{1,64}@[^<>\s@]{1,255}>|[\p{L}\p{N}._%+'-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}(?![\p{L}\p{N}])/gu;

/** The text with every e-mail address replaced by `[address]`. */
export const withoutAddresses = (text: string): string => text.replaceAll(ADDRESS, '[address]');

/** A name without e-mail addresses; if it is only an address, the hash that stands for it in all our data. */
export const hideAddresses = (name: string): string =>
  isAddress(name) ? hideAddress(name) : withoutAddresses(name);
