import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { drawGit } from '../../support/git-objects.ts';
import { gitIn } from './git-repository.ts';

const DAY_ZERO_SECONDS = Date.UTC(2026, 2, 2, 16) / 1_000;

type Commit = { author?: string; at?: string };

/**
 * A repository of commits without files, an hour apart, which has the same ids everywhere; or one that git made, to
 * draw on. `head`: the first branch.
 */
export const drawRepository = (folder: string, { head = 'main' } = {}) => {
  mkdirSync(folder, { recursive: true });
  const drawn = drawGit(join(folder, '.git'), { head });
  let hours = 0;

  const add = (message: string, others: string[], { author = 'Ada Author', at }: Commit = {}): string => {
    hours += 1;
    const { ref, sha } = drawn.readHead();
    const parents = sha === null ? others : [sha, ...others];
    const date = at ?? `${DAY_ZERO_SECONDS + hours * 3_600} -0700`;
    const text = message === '' || message.endsWith('\n') ? message : `${message}\n`;
    const made = drawn.writeCommit({
      parents,
      author: `${author} <ada@example.com>`,
      at: date,
      message: text,
    });
    drawn.writeRef(ref, made);
    return made;
  };

  const commit = (message: string, more: Commit = {}): string => add(message, [], more);

  return {
    folder,
    git: gitIn(folder),
    /** On the current branch. @returns its id */
    commit,
    commits: (count: number, of = 'ABC'): void => {
      for (let number = 1; number <= count; number += 1) commit(`${of}-${number} Change ${number}`);
    },
    /** Commits to a branch, which begins at the current commit if it is new. */
    on: (branch: string, ...messages: string[]): void => {
      const { sha } = drawn.readHead();
      if (sha !== null && drawn.readRef(`refs/heads/${branch}`) === null)
        drawn.writeRef(`refs/heads/${branch}`, sha);
      drawn.pointHead(branch);
      for (const message of messages) commit(message);
    },
    /** Commits to a branch that begins with no history. */
    onOrphan: (branch: string, ...messages: string[]): void => {
      drawn.pointHead(branch);
      for (const message of messages) commit(message);
    },
    /** Brings a branch in by a merge commit. */
    merge: (branch: string, message: string): void => {
      add(message, [drawn.readRef(`refs/heads/${branch}`) ?? '']);
    },
  };
};

export type DrawnRepository = ReturnType<typeof drawRepository>;
