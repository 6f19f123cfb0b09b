import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

/** The folder that contains package.json, `.local/` and, by default, `artifacts/`. */
export const PROJECT_FOLDER = resolve(import.meta.dirname, '../..');

/**
 * The Lambda functions: each file of `src/entries` becomes one folder to zip with `index.handler`. A deployment
 * without a Jira site has no `reconcile`.
 */
export const functionNames = (): string[] =>
  readdirSync(join(PROJECT_FOLDER, 'src/entries'))
    .map((file) => basename(file, '.ts'))
    .sort();

const known = new Map<string, string | undefined>();

/**
 * The commit that is checked out in `folder`; undefined without git or outside a repository. Cached per folder, because
 * a process keeps running the code that it started with.
 */
export const gitSha = (folder: string = PROJECT_FOLDER): string | undefined => {
  if (!known.has(folder)) known.set(folder, readSha(folder));
  return known.get(folder);
};

const readSha = (folder: string): string | undefined => {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 2_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
};
