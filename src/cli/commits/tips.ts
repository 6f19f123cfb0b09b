import { UsageError } from '../shared/command-error.ts';
import type { Branch, Branches } from './branches.ts';
import { askGit } from './git.ts';

/** Where to read from: a branch's newest commit. */
export type Tip = {
  /** Its name, for those commits that began on it; null on a detached HEAD. */
  branch: string | null;
  sha: string;
  /** Newest commits of the tips before: what these hold is listed with them. */
  without: string[];
};

/** How many branches a message names at most. */
const FEW = 20;

const branchList = ({ refs }: Branches): string =>
  [...refs.keys()]
    .slice(0, FEW)
    .map((ref) => ref.replace(/^refs\/(?:heads|remotes)\//, ''))
    .join(', ');

/** `main` of `origin/main`. */
const withoutRemote = (branch: string): string => branch.slice(branch.indexOf('/') + 1);

/** A full reference is matched to the letter: it is no expression, whatever the name holds. */
const findBranch = (branches: Branches, name: string): Omit<Tip, 'without'> => {
  const candidates = [
    { ref: `refs/heads/${name}`, branch: name },
    { ref: `refs/remotes/${name}`, branch: withoutRemote(name) },
    { ref: `refs/remotes/origin/${name}`, branch: name },
  ];
  for (const { ref, branch } of candidates) {
    const sha = branches.refs.get(ref);
    if (sha !== undefined) return { branch, sha };
  }
  throw new UsageError(`There is no branch ${name}. Branches: ${branchList(branches) || 'none'}`);
};

const currentTip = async (folder: string, branches: Branches): Promise<Tip[]> => {
  const { current } = branches;
  if (current) return [{ branch: current.name, sha: current.sha, without: [] }];
  const head = await askGit(folder, [
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    'HEAD^{commit}',
  ]);
  if (head.kind === 'done') return [{ branch: null, sha: head.text, without: [] }];
  const list = branchList(branches);
  if (list === '') return [];
  throw new UsageError(`The current branch has no commits. Name another one with --branch: ${list}`);
};

/** The default branch first, then the others: here and at every remote, where they differ. */
const allTips = ({ all, main }: Branches): Tip[] => {
  const isMain = ({ name }: Branch): boolean => name === main?.name;
  const tips: Tip[] = [];
  for (const { name, sha } of [...all.filter(isMain), ...all.filter((branch) => !isMain(branch))])
    if (!tips.some((tip) => tip.sha === sha))
      tips.push({ branch: name, sha, without: tips.map((tip) => tip.sha) });
  return tips;
};

/**
 * The named branches (local, else of a remote), all of them, or the current one. A commit on several of them is
 * listed with the first. Empty for a repository without commits.
 * @throws UsageError when there is no such branch
 */
export const findTips = async (
  folder: string,
  names: readonly string[] | 'all',
  branches: Branches,
): Promise<Tip[]> => {
  if (names === 'all') return allTips(branches);
  if (names.length === 0) return currentTip(folder, branches);
  const tips: Tip[] = [];
  for (const name of names) {
    const { branch, sha } = findBranch(branches, name);
    tips.push({ branch, sha, without: tips.map((tip) => tip.sha) });
  }
  return tips;
};
