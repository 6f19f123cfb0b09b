import { execFileSync } from 'node:child_process';
import { PROJECT_FOLDER } from './project-folder.ts';

/** The commit that is checked out in `folder`; undefined without git or outside a repository. */
export const gitSha = (folder: string = PROJECT_FOLDER): string | undefined => {
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
