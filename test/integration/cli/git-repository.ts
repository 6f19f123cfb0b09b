import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { callBeside } from '../../support/beside.ts';

const GIT = join(import.meta.dirname, 'run-git.ts');

/**
 * Nobody's own settings, and one person at fixed times: the same history has the same ids everywhere. Each commit
 * would start two more processes that see whether there is something to tidy.
 */
const ENVIRONMENT = {
  PATH: process.env.PATH,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_COMMITTER_NAME: 'Cora Committer',
  GIT_COMMITTER_EMAIL: 'cora@example.com',
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'maintenance.auto',
  GIT_CONFIG_VALUE_0: 'false',
};

const DAY_ZERO_SECONDS = Date.UTC(2026, 2, 2, 16) / 1_000;

/** Runs git in a folder, and answers what it says. */
export const gitIn =
  (folder: string) =>
  async (args: string[], more: NodeJS.ProcessEnv = {}): Promise<string> => {
    const said = await callBeside(GIT, 'runGit', [['-C', folder, ...args], { ...ENVIRONMENT, ...more }]);
    return z.string().parse(said).trim();
  };

type Commit = { author?: string; at?: string };

/** One that git makes, commit by commit, with what files there are; `drawRepository` costs much less. */
export const makeRepository = async (folder: string) => {
  const git = gitIn(folder);
  let hours = 0;
  await mkdir(folder, { recursive: true });
  await git(['init', '--quiet', '--initial-branch=main']);

  /** An empty commit an hour after the last, which answers its id. */
  const commit = async (message: string, { author = 'Ada Author', at }: Commit = {}): Promise<string> => {
    hours += 1;
    const date = at ?? `${DAY_ZERO_SECONDS + hours * 3_600} -0700`;
    const by = { GIT_AUTHOR_NAME: author, GIT_AUTHOR_EMAIL: 'ada@example.com', GIT_AUTHOR_DATE: date };
    const options = ['--quiet', '--allow-empty', '--allow-empty-message', '--cleanup=verbatim'];
    await git(['commit', ...options, '-m', message], { ...by, GIT_COMMITTER_DATE: date });
    return git(['rev-parse', 'HEAD']);
  };

  return { folder, git, commit };
};

export type GitRepository = Awaited<ReturnType<typeof makeRepository>>;
