import { type Branch, type Branches, isCommon, type Tip } from './branches.ts';
import { askLines } from './git.ts';
import type { Repository } from './repository.ts';

/** The branch that a commit is sent with; null if it is sent without one. */
export type BranchOf = (sha: string) => string | null;

/**
 * Finds the branch that each commit of the tips is sent with. The receiver never forgets a branch, so a commit that
 * did not certainly begin on a branch is sent without one. Commits reachable from the default branch are sent with that
 * branch if its name is a common one, else without: a single-branch clone takes its only branch for the default.
 * @throws CommandError when git fails
 */
export const findBranchOf = async (
  repository: Repository,
  tips: readonly Tip[],
  branches: Branches,
): Promise<BranchOf> => {
  const { main } = branches;
  const outside = await beyond(repository.folder, tips, main?.shas ?? []);
  const owners = new Map<string, string>();
  for (const tip of tips.filter(({ sha }) => outside.has(sha)))
    for (const sha of await ownCommits(repository, tip, branches)) owners.set(sha, tip.branch ?? '');
  const isNamed = main !== null && isCommon(main.name) && tips.some(({ branch }) => branch !== null);
  const mainName = isNamed ? main.name : null;
  return (sha) => owners.get(sha) ?? (outside.has(sha) ? null : mainName);
};

/** The commits of the tips that are not reachable from the default branch. */
const beyond = async (
  folder: string,
  tips: readonly Tip[],
  main: readonly string[],
): Promise<Set<string>> => {
  const shas = tips.map(({ sha }) => sha).filter((sha) => !main.includes(sha));
  return new Set(shas.length > 0 ? await revList(folder, [], [...shas, ...not(main)]) : []);
};

/** In a shallow clone a branch may point to a missing commit. */
const revList = (folder: string, args: readonly string[], tips: readonly string[]): Promise<string[]> =>
  askLines(folder, ['rev-list', '--ignore-missing', ...args, '--stdin'], tips);

const not = (shas: Iterable<string>): string[] => [...new Set(shas)].map((sha) => `^${sha}`);

/**
 * The commits that began on a branch: first parents from its tip, because merged commits come from elsewhere, down to
 * the first commit of another branch. If the start of this line is unknown (a shallow clone, no default branch), it may
 * have begun anywhere, so none of its commits count.
 */
const ownCommits = async (repository: Repository, tip: Tip, branches: Branches): Promise<string[]> => {
  const { folder, shallow } = repository;
  if (tip.branch === null || tip.branch === branches.main?.name) return [];
  const others = await elsewhere(folder, tip, branches);
  const line = await revList(folder, ['--first-parent', '--parents'], [tip.sha, ...not(others)]);
  const hasRoot = line.at(-1)?.includes(' ') === false;
  if (hasRoot && (shallow || branches.main === null)) return [];
  return line.map((commit) => commit.split(' ', 1)[0] ?? '');
};

/**
 * Commits to exclude with their history, which did not begin on this branch: the tips of the default branch, of
 * branches with a common name, of branches that do not contain our tip, and of branches that end at our tip, as our
 * commits may have begun there. For other branches that contain our tip, the result of `forkFrom`.
 */
const elsewhere = async (folder: string, { branch, sha }: Tip, branches: Branches): Promise<string[]> => {
  const others = branches.all.filter(({ name }) => name !== branch);
  const mayBeAfter = (other: Branch): boolean => other.sha !== sha && !isCommon(other.name);
  const args = ['for-each-ref', `--contains=${sha}`, '--format=%(objectname)'];
  const holding = new Set(others.some(mayBeAfter) ? await askLines(folder, args) : []);
  const shas: string[] = [];
  for (const other of others) {
    const isAfter = mayBeAfter(other) && holding.has(other.sha);
    shas.push(isAfter ? ((await forkFrom(folder, sha, other.sha)) ?? '') : other.sha);
  }
  return [...shas, ...(branches.main?.shas ?? [])].filter((one) => one !== '');
};

/**
 * For a branch that contains our tip: where that branch was when ours began, or null. If it merged our branch, its
 * first-parent line leads past our tip, and the parent of its oldest commit that is not on our branch is returned. If
 * our tip lies on its first-parent line, it began on our branch: null.
 */
const forkFrom = async (folder: string, sha: string, other: string): Promise<string | null> => {
  const line = await revList(folder, ['--first-parent', '--parents'], [other, `^${sha}`]);
  const fork = line.at(-1)?.split(' ')[1];
  return fork === undefined || fork === sha ? null : fork;
};
