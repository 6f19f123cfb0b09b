import type { LoggedCommit } from './log.ts';

/** What the contract allows in one delivery. */
export const MOST_COMMITS = 2_000;

/**
 * The largest number in a batch unless told. Whole batches are what is sent again and unpacked again, so smaller
 * is cheaper when little is new; each is an event, so larger is cheaper the first time.
 */
export const STANDARD_COMMITS = 500;

/**
 * Bytes of a body: a quarter of what a receiver takes by default (MAX_BODY_BYTES), and compressed it fits the
 * event's item (400 KB), where a larger one would need an object beside it. One commit alone may exceed it.
 */
const MOST_BYTES = 1_000_000;

/** One delivery: its very bytes, and which commits they hold. */
export type Batch = { body: Buffer; commits: number; first: string; last: string };

/**
 * True after a commit that ends its batch, which its id alone decides: one in `most / 2` does.
 *
 * Borders at every n-th commit would hold only while history grows at one end. A merge of older commits, a
 * `--since` that moves on, a shallow clone that grows or a rebase would shift all that follows, and all of it
 * would be new to the receiver. Borders that lie in the commits themselves come back at once: only the batches
 * that hold the change are different. The price is batches of less than half the size on average.
 */
export const isBorder = (sha: string, most: number): boolean =>
  Number.parseInt(sha.slice(0, 12), 16) % Math.ceil(most / 2) === 0;

const encode = (repository: string, commits: readonly LoggedCommit[]): Batch => ({
  body: Buffer.from(JSON.stringify({ repository, commits })),
  commits: commits.length,
  first: commits[0]?.sha ?? '',
  last: commits.at(-1)?.sha ?? '',
});

const sizeOf = (commit: LoggedCommit): number => Buffer.byteLength(JSON.stringify(commit)) + 1;

/**
 * Cuts commits, oldest first, into batches of at most `most`. Equal commits make equal bytes, and commits that
 * are appended change the last batch at most.
 */
export async function* cutBatches(
  repository: string,
  commits: AsyncIterable<LoggedCommit> | Iterable<LoggedCommit>,
  most: number,
): AsyncGenerator<Batch> {
  let open: LoggedCommit[] = [];
  let bytes = 0;
  for await (const commit of commits) {
    const size = sizeOf(commit);
    const isFull = open.length === most || bytes + size > MOST_BYTES;
    const last = open.at(-1);
    if (last && (isFull || isBorder(last.sha, most))) {
      yield encode(repository, open);
      open = [];
      bytes = 0;
    }
    open.push(commit);
    bytes += size;
  }
  if (open.length > 0) yield encode(repository, open);
}
