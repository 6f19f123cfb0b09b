import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

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

const COMMITTER = 'Cora Committer <cora@example.com>';

const DAY_ZERO_SECONDS = Date.UTC(2026, 2, 2, 16) / 1_000;

type Commit = { author?: string; at?: string };

/** `bare`: without a work tree. `head`: the first branch. */
export const makeRepository = async (folder: string, { bare = false, head = 'main' } = {}) => {
  const git = async (args: string[], more: NodeJS.ProcessEnv = {}): Promise<string> => {
    const { stdout } = await run('git', ['-C', folder, ...args], { env: { ...ENVIRONMENT, ...more } });
    return stdout.trim();
  };
  let hours = 0;
  await mkdir(folder, { recursive: true });
  await git(['init', '--quiet', `--initial-branch=${head}`, ...(bare ? ['--bare'] : [])]);

  /** An empty commit an hour after the last, which answers its id. */
  const commit = async (message: string, { author = 'Ada Author', at }: Commit = {}): Promise<string> => {
    hours += 1;
    const date = at ?? `${DAY_ZERO_SECONDS + hours * 3_600} -0700`;
    const by = { GIT_AUTHOR_NAME: author, GIT_AUTHOR_EMAIL: 'ada@example.com', GIT_AUTHOR_DATE: date };
    const options = ['--quiet', '--allow-empty', '--allow-empty-message', '--cleanup=verbatim'];
    await git(['commit', ...options, '-m', message], { ...by, GIT_COMMITTER_DATE: date });
    return git(['rev-parse', 'HEAD']);
  };

  /** Brings a branch in by a merge commit, an hour after the last commit. */
  const merge = async (branch: string, message: string): Promise<void> => {
    hours += 1;
    const date = `${DAY_ZERO_SECONDS + hours * 3_600} -0700`;
    const by = { GIT_AUTHOR_NAME: 'Ada Author', GIT_AUTHOR_EMAIL: 'ada@example.com', GIT_AUTHOR_DATE: date };
    await git(['merge', '--quiet', '--no-ff', '-m', message, branch], { ...by, GIT_COMMITTER_DATE: date });
  };

  /** Many in one process: what `commit` would make of them. */
  const commits = async (count: number, of = 'ABC'): Promise<void> => {
    const branch = await git(['symbolic-ref', 'HEAD']);
    const isBorn = (await git(['for-each-ref', branch])) !== '';
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    const made = numbers.map((number) => {
      hours += 1;
      const date = `${DAY_ZERO_SECONDS + hours * 3_600} -0700`;
      const by = `author Ada Author <ada@example.com> ${date}\ncommitter ${COMMITTER} ${date}`;
      const message = `${of}-${number} Change ${number}\n`;
      const from = number === 1 && isBorn ? `from ${branch}^0\n` : '';
      return `commit ${branch}\n${by}\ndata ${message.length}\n${message}${from}`;
    });
    const importing = run('git', ['-C', folder, 'fast-import', '--quiet'], { env: ENVIRONMENT });
    importing.child.stdin?.end(made.join(''));
    await importing;
  };

  return { folder, git, commit, merge, commits };
};

export type GitRepository = Awaited<ReturnType<typeof makeRepository>>;
