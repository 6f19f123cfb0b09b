import { toUtcIso } from '../../domain/instant.ts';
import { type BranchOf, findBranchOf } from './branch-of-commit.ts';
import { findBranches, findTips, type Tip } from './branches.ts';
import { type LoggedCommit, listCommits, readLog } from './log.ts';
import { findRepository, type Repository } from './repository.ts';
import { readSince } from './since.ts';

/** What is to be sent: the ids of the commits, whose contents are not read yet. */
export type Plan = {
  repository: Repository;
  tips: Tip[];
  /** Ids of each tip's commits, oldest first. */
  shas: string[][];
  branchOf: BranchOf;
  total: number;
  /** Epoch seconds; null for all of history. */
  since: number | null;
};

export type Wish = { repo: string; name?: string; since?: string; branch?: string[]; all?: true };

/** How many branches are named at most. */
const MANY = 20;

/** How many titles are shown. */
const FEW = 5;

/** @throws UsageError or CommandError when there is no such repository, branch or time */
export const makePlan = async ({ repo, name, since: text, branch = [], all }: Wish): Promise<Plan> => {
  const repository = await findRepository(repo, name);
  const { folder } = repository;
  const since = text === undefined ? null : await readSince(folder, text);
  const branches = await findBranches(repository);
  const tips = await findTips(folder, all ? 'all' : branch, branches);
  const shas: string[][] = [];
  for (const tip of tips) shas.push(await listCommits(folder, tip, since));
  const branchOf = await findBranchOf(repository, tips, branches);
  const total = shas.reduce((sum, some) => sum + some.length, 0);
  return { repository, tips, shas, branchOf, since, total };
};

/** The commits of all tips, tip after tip, each oldest first; `seen` is called with each commit. */
export async function* planned(
  { repository, shas, branchOf }: Plan,
  seen: (commit: LoggedCommit) => void = () => {},
): AsyncGenerator<LoggedCommit> {
  for (const some of shas) {
    for await (const commit of readLog(repository.folder, some, branchOf)) {
      seen(commit);
      yield commit;
    }
  }
}

/** The plan in words. */
export const describePlan = (plan: Plan): string => {
  const { repository, since, total, tips } = plan;
  if (tips.length === 0) return `${repository.name} has no commits yet: nothing to send.`;
  const period = since === null ? '' : ` since ${toUtcIso(since * 1_000)}`;
  if (total === 0) return `${repository.name} has no commits${period}: nothing to send.`;
  return `Commits of ${repository.name}${period}: ${total} (${branchesOf(plan)})`;
};

const branchesOf = ({ tips, shas }: Plan): string => {
  const counts = tips.map(({ branch }, index) => ({ branch, count: shas[index]?.length ?? 0 }));
  const some = tips.length > MANY ? counts.filter(({ count }) => count > 0) : counts;
  const rest = some.length > MANY ? `, and ${some.length - MANY} more` : '';
  const shown = some.slice(0, MANY).map(({ branch, count }) => `${branch ?? 'without a branch'}: ${count}`);
  return `${shown.join(', ')}${rest}`;
};

/** What would be sent: how many batches and the first titles. */
export const rehearse = async (plan: Plan, most: number): Promise<string> => {
  const titles: string[] = [];
  const note = (commit: LoggedCommit) => void (titles.length < FEW && titles.push(titleOf(commit)));
  let batches = 0;
  for await (const _ of cutBatches(plan.repository.name, planned(plan, note), most)) batches += 1;
  const rest = plan.total > FEW ? [`  and ${plan.total - FEW} more`] : [];
  return [
    `Dry run, nothing was sent. Deliveries needed: ${batches}. Oldest commits first:`,
    ...titles,
    ...rest,
  ].join('\n');
};

/** Replaces control characters, which would reach the terminal. */
const titleOf = ({ sha, message }: LoggedCommit): string =>
  `  ${sha.slice(0, 10)} ${(message.split('\n')[0] ?? '').slice(0, 100).replaceAll(/\p{C}/gu, '?')}`;

/** The most commits that the contract allows in one delivery. */
export const MOST_COMMITS = 2_000;

/**
 * The default maximum of a batch. A changed batch is sent and unpacked again as a whole, so small batches are cheaper
 * when little is new; each batch is an event, so large ones are cheaper the first time.
 */
export const STANDARD_COMMITS = 500;

/**
 * The most bytes of a body: a quarter of what a receiver takes by default (MAX_BODY_BYTES). Compressed it fits the
 * event's item (400 KB), where a larger one would need an object beside it. A single commit may exceed it.
 */
const MOST_BYTES = 1_000_000;

/** One delivery: its exact bytes, and the commits in them. */
export type Batch = { body: Buffer; commits: number; first: string; last: string };

/**
 * True for a commit that ends its batch. Its id alone decides: one in `most / 2` does.
 *
 * Borders at every n-th commit would be stable only while history grows at its end. A merge of older commits, a
 * `--since` that moves on, a deepened shallow clone or a rebase would shift all later borders, and all later batches
 * would be new to the receiver. With borders set by the commits themselves, only the batches that contain the change
 * differ. The price is batches of less than half the size on average.
 */
export const isBorder = (sha: string, most: number): boolean =>
  Number.parseInt(sha.slice(0, 12), 16) % Math.ceil(most / 2) === 0;

/**
 * Cuts commits, oldest first, into batches of at most `most`. Equal commits make equal bytes, and appended commits
 * change at most the last batch.
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

const sizeOf = (commit: LoggedCommit): number => Buffer.byteLength(JSON.stringify(commit)) + 1;

const encode = (repository: string, commits: readonly LoggedCommit[]): Batch => ({
  body: Buffer.from(JSON.stringify({ repository, commits })),
  commits: commits.length,
  first: commits[0]?.sha ?? '',
  last: commits.at(-1)?.sha ?? '',
});
