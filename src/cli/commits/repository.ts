import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../shared/command-error.ts';
import { askGit, askLines } from './git.ts';
import { nameFromAddress, nameFromFolder } from './repository-name.ts';

/** A repository on this machine. `folder`: absolute, anywhere in it. `remotes`: their names. */
export type Repository = { folder: string; name: string; shallow: boolean; remotes: string[] };

/** npm runs a command in the project's folder; a relative path means the folder it was typed in. */
const folderOf = (path: string): string => {
  const folder = resolve(process.env.INIT_CWD ?? process.cwd(), path);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folder;
  throw new UsageError(`${path} is no folder`);
};

/** The remotes by name, each with the address it is fetched from; empty where it has none. */
const findRemotes = async (folder: string): Promise<Map<string, string>> => {
  const lines = await askLines(folder, ['remote', '--verbose']);
  const fetched = lines.filter((line) => !line.endsWith(' (push)')).map((line) => line.split('\t'));
  return new Map(fetched.map(([name = '', address = '']) => [name, address.replace(/ \(fetch\).*$/, '')]));
};

/**
 * Finds the repository that a folder lies in: work tree, linked work tree or bare.
 * @param name what to call it instead of what the remote `origin`, else the folder says
 * @throws UsageError when git finds none there, or refuses to read it
 */
export const findRepository = async (path: string, name: string | undefined): Promise<Repository> => {
  const folder = folderOf(path);
  const found = await askGit(folder, ['rev-parse', '--is-shallow-repository', '--git-common-dir']);
  if (found.kind === 'refused') throw new UsageError(`git reads no repository in ${path}: ${found.why}`);
  const [shallow, ...rest] = found.text.split('\n');
  const gitFolder = resolve(folder, rest.join('\n'));
  const remotes = await findRemotes(folder);
  const called = name ?? nameFromAddress(remotes.get('origin') ?? '') ?? nameFromFolder(gitFolder);
  return { folder, name: called, shallow: shallow === 'true', remotes: [...remotes.keys()] };
};
