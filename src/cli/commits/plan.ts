import { toUtcIso } from '../../domain/instant.ts';
import { cutBatches } from './batches.ts';
import { countCommits, type LoggedCommit, readLog, readSince } from './log.ts';
import { findRepository, type Repository } from './repository.ts';
import { findTips, type Tip } from './tips.ts';

/** What is to be sent, before anything is read but how much it is. */
export type Plan = {
  repository: Repository;
  tips: Tip[];
  /** Commits of each tip. */
  counts: number[];
  total: number;
  /** Epoch seconds; null for all of history. */
  since: number | null;
};

export type Wish = { repo: string; name?: string; since?: string; branch?: string[] };

/** @throws UsageError or CommandError when there is no such repository or branch */
export const makePlan = async ({ repo, name, since: text, branch = [] }: Wish): Promise<Plan> => {
  const repository = await findRepository(repo, name);
  const { folder } = repository;
  const since = text === undefined ? null : await readSince(folder, text);
  const tips = await findTips(folder, branch);
  const counts: number[] = [];
  for (const tip of tips) counts.push(await countCommits(folder, tip, since));
  return { repository, tips, counts, since, total: counts.reduce((sum, count) => sum + count, 0) };
};

/** The commits of all tips, tip after tip, each oldest first; `seen` gets every one. */
export async function* planned(
  { repository, tips, since }: Plan,
  seen: (commit: LoggedCommit) => void = () => {},
): AsyncGenerator<LoggedCommit> {
  for (const tip of tips) {
    for await (const commit of readLog(repository.folder, tip, since)) {
      seen(commit);
      yield commit;
    }
  }
}

const branchesOf = ({ tips, counts }: Plan): string =>
  tips.map(({ branch }, index) => `${branch ?? 'on no branch'}: ${counts[index]}`).join(', ');

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
