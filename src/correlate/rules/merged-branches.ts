/** A subject is a line of a few words; only its first characters, up to this number, are searched. */
const LONGEST_SUBJECT = 1_000;

/** A branch name has no white space; tools and people put it in quotes of any kind, or none. */
const QUOTES = /^["'`“”‘’]+|["'`“”‘’.,;:)]+$/gu;

/**
 * `Merge pull request #7 from acme/abc-1-login` (GitHub, which names the owner first), `Merge pull request #7 in
 * PRJ/repo from abc-1 to main` (Bitbucket Data Center), `Merge pull request 'Title' (#7) from abc-1 into main` (Gitea,
 * Forgejo), `Merge pull request 7 from abc-1 into main` (Azure DevOps).
 */
const PULL_REQUEST =
  /\bmerged? (?:pull|merge) request (?:.* )?\(?([#!]?)\d+\)?( in \S+)? from (\S+)( (?:in)?to )?/i;

/** `Merge in PRJ/repo from abc-1 to main`: the body of Bitbucket Data Center, below the pull request's title. */
const IN_BODY = /^merge in \S{1,500} from (\S{1,500}) to \S/im;

/** `Merged in abc-1-login (pull request #7)`: Bitbucket Cloud. */
const MERGED_IN = /\bmerged in (\S+)/i;

/** `Merge abc-1 into main`, `Merged main into abc-1`. */
const BARE = /\bmerged? (\S+) (?:in)?to \S/i;

/** `branch 'a'`, `branches 'a', 'b' and 'c'`, `remote-tracking branch 'origin/a'`, `branch a`. */
const BRANCHES = /\bbranch(?:es)? (\S+(?: and \S+| ["'`“‘]\S+)*)/gi;

const stripped = (name: string): string => name.replace(QUOTES, '');

/** Drops the owner from `acme/abc-1` (a fork's or not): it is not part of the branch, and may look like a key. */
const withoutOwner = (name: string): string => name.slice(name.indexOf('/') + 1);

/** `acme/shop:abc-1`, as Gitea and Bitbucket Data Center name the branch of a fork. */
const withoutRepository = (name: string): string => name.slice(name.indexOf(':') + 1);

const ofPullRequest = ([, sign, inRepository, name = '', target]: RegExpMatchArray): string => {
  const isGithub = sign === '#' && inRepository === undefined && target === undefined;
  const branch = withoutRepository(stripped(name));
  return isGithub ? withoutOwner(branch) : branch;
};

/** Ignores the target, which follows `into` or `to`, and a repository, which follows `of`. */
const ofGit = (subject: string): string[] => {
  const [merged = ''] = subject.split(/ (?:in)?to /i, 1);
  return [...merged.matchAll(BRANCHES)].flatMap(([, list = '']) =>
    list.split(' ').filter((word) => word !== 'and'),
  );
};

const inSubject = (subject: string): string[] => {
  const pullRequest = PULL_REQUEST.exec(subject);
  if (pullRequest) return [ofPullRequest(pullRequest)];
  const [, one] = MERGED_IN.exec(subject) ?? BARE.exec(subject) ?? [];
  if (one !== undefined) return [one];
  return /\bmerged? /i.test(subject) ? ofGit(subject) : [];
};

/** The branches that a commit's message says were merged, as git and its hosts write it; never the target branch. */
export const mergedBranches = (message: string): string[] => {
  const [line = ''] = message.trimStart().split(/[\r\n]/, 1);
  const [, below] = IN_BODY.exec(message) ?? [];
  return [...inSubject(line.slice(0, LONGEST_SUBJECT)), ...(below === undefined ? [] : [below])]
    .map(stripped)
    .filter((name) => name !== '');
};
