import { askLines } from './git.ts';
import type { Repository } from './repository.ts';

/** A branch as it is here or at a remote; the same name is the same branch. */
export type Branch = { name: string; sha: string };

/** All branches of a repository, and the one that everything comes to in the end. */
export type Branches = {
  all: Branch[];
  /** Full names of what is here, and what each one points to. */
  refs: ReadonlyMap<string, string>;
  /** The one that is checked out; null on a detached HEAD, and where it has no commits. */
  current: Branch | null;
  /** Null where nobody can say. `shas`: here and at every remote, for one of them may be behind. */
  main: { name: string; shas: string[] } | null;
};

/**
 * Names of branches that others begin on and come to. Where origin says nothing, the first that is there is the
 * default branch. None of them names an issue, so their name says nothing wrong of a commit.
 */
const COMMON = ['main', 'master', 'trunk', 'develop', 'development'];

/** True for a name that branches which others come to usually have. */
export const isCommon = (name: string): boolean => COMMON.includes(name);

const HEADS = 'refs/heads/';
const REMOTES = 'refs/remotes/';

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

/** @throws CommandError when git fails */
export const findBranches = async ({ folder, remotes }: Repository): Promise<Branches> => {
  const format = '--format=%(objectname) %(refname) %(symref) %(HEAD)';
  const lines = await askLines(folder, ['for-each-ref', format, HEADS, REMOTES]);
  // No reference holds a space.
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
  const names = [headOfRemote(heads, remotes), ...COMMON].filter((name) => name !== null);
  const name = names.find((one) => shasOf(one).length > 0);
  const current = refs.find(({ isCurrent }) => isCurrent);
  return {
    all,
    refs: new Map(refs.map(({ ref, sha }) => [ref, sha])),
    current: current ? { name: nameOf(current.ref, remotes), sha: current.sha } : null,
    main: name === undefined ? null : { name, shas: shasOf(name) },
  };
};
