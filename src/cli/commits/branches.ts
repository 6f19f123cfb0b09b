import { UsageError } from '../shared/command.ts';
import { askGit, askLines } from './git.ts';
import type { Repository } from './repository.ts';

/** A local or remote branch; the same name means the same branch. */
export type Branch = { name: string; sha: string };

/** All branches of a repository, the current one and the default branch. */
export type Branches = {
  all: Branch[];
  /** The commit of each reference, by its full name. */
  refs: ReadonlyMap<string, string>;
  /** The branch that is checked out; null on a detached HEAD, or if it has no commits. */
  current: Branch | null;
  /** The default branch; null if unknown. `shas`: local and of every remote, because one of them may be behind. */
  main: { name: string; shas: string[] } | null;
};

/**
 * Usual names of branches that others start from and are merged into. If no remote names its HEAD, the first one that
 * exists is the default branch. None of them contains an issue key, so none links a commit wrongly.
 */
export const COMMON_BRANCHES = ['main', 'master', 'trunk', 'develop', 'development'];

const HEADS = 'refs/heads/';
const REMOTES = 'refs/remotes/';

/** True for one of COMMON_BRANCHES. */
export const isCommon = (name: string): boolean => COMMON_BRANCHES.includes(name);

/** @throws CommandError when git fails */
export const findBranches = async ({ folder, remotes }: Repository): Promise<Branches> => {
  const format = '--format=%(objectname) %(refname) %(symref) %(HEAD)';
  const lines = await askLines(folder, ['for-each-ref', format, HEADS, REMOTES]);
  // Names of references contain no spaces.
  const refs = lines
    .map((line) => line.split(' '))
    .map(([sha = '', ref = '', target = '', mark]) => ({ sha, ref, target, isCurrent: mark === '*' }));
  const heads = refs.filter(
    ({ ref, target }) => ref.startsWith(REMOTES) && ref.endsWith('/HEAD') && target !== '',
  );
  const all = refs
    .filter(({ target }) => target === '')
    .map(({ sha, ref }) => ({ sha, name: nameOf(ref, remotes) }));
  const shasOf = (name: string) => all.filter((branch) => branch.name === name).map(({ sha }) => sha);
  const names = [headOfRemote(heads, remotes), ...COMMON_BRANCHES].filter((name) => name !== null);
  const name = names.find((one) => shasOf(one).length > 0);
  const current = refs.find(({ isCurrent }) => isCurrent);
  return {
    all,
    refs: new Map(refs.map(({ ref, sha }) => [ref, sha])),
    current: current ? { name: nameOf(current.ref, remotes), sha: current.sha } : null,
    main: name === undefined ? null : { name, shas: shasOf(name) },
  };
};

/** `feature/a` of `refs/heads/feature/a` and `refs/remotes/origin/feature/a`; a remote's name may hold slashes too. */
const nameOf = (ref: string, remotes: readonly string[]): string => {
  if (ref.startsWith(HEADS)) return ref.slice(HEADS.length);
  const path = ref.slice(REMOTES.length);
  const known = remotes.filter((remote) => path.startsWith(`${remote}/`));
  const longest = known.sort((a, b) => b.length - a.length)[0];
  return path.slice((longest ?? path.split('/', 1)[0] ?? '').length + 1);
};

/** The branch that a remote's HEAD names, origin's first. */
const headOfRemote = (heads: readonly { ref: string; target: string }[], remotes: readonly string[]) => {
  const head = heads.find(({ ref }) => ref === `${REMOTES}origin/HEAD`) ?? heads[0];
  return head ? nameOf(head.target, remotes) : null;
};

/** Where to start reading: the newest commit of a branch. */
export type Tip = {
  /** The branch of the commits that began on it; null on a detached HEAD. */
  branch: string | null;
  sha: string;
  /** The `sha`s of the earlier tips, whose commits are not listed again. */
  without: string[];
};

/** How many branches a message names at most. */
const FEW = 20;

/**
 * The tips of the named branches (local, else of a remote), of all branches, or of the current one. A commit on several
 * of them is listed with the first. Empty for a repository without commits.
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

/** The default branch first, then the others: local and of every remote, each commit only once. */
const allTips = ({ all, main }: Branches): Tip[] => {
  const isMain = ({ name }: Branch): boolean => name === main?.name;
  const tips: Tip[] = [];
  for (const { name, sha } of [...all.filter(isMain), ...all.filter((branch) => !isMain(branch))])
    if (!tips.some((tip) => tip.sha === sha))
      tips.push({ branch: name, sha, without: tips.map((tip) => tip.sha) });
  return tips;
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

const branchList = ({ refs }: Branches): string =>
  [...refs.keys()]
    .slice(0, FEW)
    .map((ref) => ref.replace(/^refs\/(?:heads|remotes)\//, ''))
    .join(', ');

/** Compares full reference names literally, whatever characters the name contains. */
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
  throw new UsageError(`Branch ${name} not found. Branches: ${branchList(branches) || 'none'}`);
};

/** `main` of `origin/main`. */
const withoutRemote = (branch: string): string => branch.slice(branch.indexOf('/') + 1);
