import { toUtcIso } from '../../domain/instant.ts';
import { cutBatches } from './batches.ts';
import { findBranches } from './branches.ts';
import { type LoggedCommit, listCommits, readLog } from './log.ts';
import { findRepository, type Repository } from './repository.ts';
import { readSince } from './since.ts';
import { type BranchOf, findSpeakers } from './speaking.ts';
import { findTips, type Tip } from './tips.ts';

/** What is to be sent, before anything is read but which commits. */
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

/** @throws UsageError or CommandError when there is no such repository, branch or time */
export const makePlan = async ({ repo, name, since: text, branch = [], all }: Wish): Promise<Plan> => {
  const repository = await findRepository(repo, name);
  const { folder } = repository;
  const since = text === undefined ? null : await readSince(folder, text);
  const branches = await findBranches(repository);
  const tips = await findTips(folder, all ? 'all' : branch, branches);
  const shas: string[][] = [];
  for (const tip of tips) shas.push(await listCommits(folder, tip, since));
  const branchOf = await findSpeakers(repository, tips, branches);
  const total = shas.reduce((sum, some) => sum + some.length, 0);
  return { repository, tips, shas, branchOf, since, total };
};

/** The commits of all tips, tip after tip, each oldest first; `seen` gets every one. */
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

/** How many branches are named. */
const MANY = 20;

const branchesOf = ({ tips, shas }: Plan): string => {
  const counts = tips.map(({ branch }, index) => ({ branch, count: shas[index]?.length ?? 0 }));
  const some = tips.length > MANY ? counts.filter(({ count }) => count > 0) : counts;
  const rest = some.length > MANY ? `, and ${some.length - MANY} more` : '';
  const shown = some.slice(0, MANY).map(({ branch, count }) => `${branch ?? 'on no branch'}: ${count}`);
  return `${shown.join(', ')}${rest}`;
};

/** The plan in words. */
export const describePlan = (plan: Plan): string => {
  const { repository, since, total, tips } = plan;
  if (tips.length === 0) return `${repository.name} has no commits yet: nothing to send.`;
  const period = since === null ? '' : ` since ${toUtcIso(since * 1_000)}`;
  if (total === 0) return `${repository.name} has no commits${period}: nothing to send.`;
  return `Commits of ${repository.name}${period}: ${total} (${branchesOf(plan)})`;
};

/** How many titles are shown. */
const FEW = 5;

/** A title may hold what a terminal would obey. */
const titleOf = ({ sha, message }: LoggedCommit): string =>
  `  ${sha.slice(0, 10)} ${(message.split('\n')[0] ?? '').slice(0, 100).replaceAll(/\p{C}/gu, '?')}`;

/** What would be sent: how many batches and the first titles. */
export const rehearse = async (plan: Plan, most: number): Promise<string> => {
  const titles: string[] = [];
  const note = (commit: LoggedCommit) => void (titles.length < FEW && titles.push(titleOf(commit)));
  let batches = 0;
  for await (const _ of cutBatches(plan.repository.name, planned(plan, note), most)) batches += 1;
  const rest = plan.total > FEW ? [`  and ${plan.total - FEW} more`] : [];
  return [`Deliveries it would take: ${batches}. Nothing was sent. Oldest first:`, ...titles, ...rest].join(
    '\n',
  );
};
