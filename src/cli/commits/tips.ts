import { UsageError } from '../shared/command-error.ts';
import { askGit } from './git.ts';

/** Where to read from: a branch's newest commit. */
export type Tip = {
  /** What its commits are sent with; null on a detached HEAD. */
  branch: string | null;
  sha: string;
  /** Newest commits of the branches named before: what these hold is theirs. */
  without: string[];
};

/** How many branches a message names at most. */
const FEW = 20;

const branchList = async (folder: string): Promise<string> => {
  const format = '--format=%(refname:short)';
  const found = await askGit(folder, [
    'for-each-ref',
    `--count=${FEW}`,
    format,
    'refs/heads',
    'refs/remotes',
  ]);
  return found.kind === 'done' ? found.text.split('\n').join(', ') : '';
};

/** `main` of `origin/main`. */
const withoutRemote = (branch: string): string => branch.slice(branch.indexOf('/') + 1);

/** A full reference is matched to the letter: it is no option and no expression, whatever the name holds. */
const findBranch = async (folder: string, name: string): Promise<Omit<Tip, 'without'>> => {
  const candidates = [
    { ref: `refs/heads/${name}`, branch: name },
    { ref: `refs/remotes/${name}`, branch: withoutRemote(name) },
    { ref: `refs/remotes/origin/${name}`, branch: name },
  ];
  for (const { ref, branch } of candidates) {
    const found = await askGit(folder, ['show-ref', '--verify', '--hash', '--', ref]);
    if (found.kind === 'done') return { branch, sha: found.text };
  }
  throw new UsageError(`There is no branch ${name}. Branches: ${(await branchList(folder)) || 'none'}`);
};

const currentTip = async (folder: string): Promise<Tip[]> => {
  const head = await askGit(folder, [
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    'HEAD^{commit}',
  ]);
  if (head.kind === 'done') {
    const symbolic = await askGit(folder, ['symbolic-ref', '--quiet', 'HEAD']);
    const branch = symbolic.kind === 'done' ? symbolic.text.replace(/^refs\/heads\//, '') : null;
    return [{ branch, sha: head.text, without: [] }];
  }
  const branches = await branchList(folder);
  if (branches === '') return [];
  throw new UsageError(`The current branch has no commits. Name another one with --branch: ${branches}`);
};

/**
 * The named branches (local, else of a remote), or the current one. A commit on several of them is the
 * first-named one's. Empty for a repository without commits.
 * @throws UsageError when there is no such branch
 */
export const findTips = async (folder: string, names: readonly string[]): Promise<Tip[]> => {
  if (names.length === 0) return currentTip(folder);
  const tips: Tip[] = [];
  for (const name of names) {
    const { branch, sha } = await findBranch(folder, name);
    tips.push({ branch, sha, without: tips.map((tip) => tip.sha) });
  }
  return tips;
};
