import { statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { isRepositoryName } from '../../domain/repository.ts';
import { UsageError } from '../shared/command.ts';
import { typedPath } from '../shared/terminal.ts';
import { askGit, askLines } from './git.ts';

/** A local repository. `folder`: absolute path, anywhere inside it. `remotes`: their names. */
export type Repository = { folder: string; name: string; shallow: boolean; remotes: string[] };

/**
 * Finds the repository that a folder is in: work tree, linked work tree or bare.
 * @param name replaces the name from the remote `origin` or else the folder
 * @throws UsageError when git finds none there, or refuses to read it
 */
export const findRepository = async (path: string, name: string | undefined): Promise<Repository> => {
  const folder = folderOf(path);
  const found = await askGit(folder, ['rev-parse', '--is-shallow-repository', '--git-common-dir']);
  if (found.kind === 'refused') throw new UsageError(`No git repository in ${path}: ${found.why}`);
  const [shallow, ...rest] = found.text.split('\n');
  const gitFolder = resolve(folder, rest.join('\n'));
  const remotes = await findRemotes(folder);
  const called = name ?? nameFromAddress(remotes.get('origin') ?? '') ?? nameFromFolder(gitFolder);
  return { folder, name: called, shallow: shallow === 'true', remotes: [...remotes.keys()] };
};

const folderOf = (path: string): string => {
  const folder = typedPath(path);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folder;
  throw new UsageError(`${path} is not a folder`);
};

/** The fetch address of each remote, by its name. */
const findRemotes = async (folder: string): Promise<Map<string, string>> => {
  const lines = await askLines(folder, ['remote', '--verbose']);
  const fetched = lines.filter((line) => !line.endsWith(' (push)')).map((line) => line.split('\t'));
  return new Map(fetched.map(([name = '', address = '']) => [name, address.replace(/ \(fetch\).*$/, '')]));
};

/** `[user@]host:path` as ssh takes it. A single letter before the colon is a Windows drive. */
const SCP_FORM = /^(?:[^/]*@)?(?:\[[^\]/]*\]|[^/:@[\]]{2,}):(?!:)(.+)$/;

/**
 * `owner/repository` of a remote's address in any form git takes (https, ssh, git, scp-like), with more parts for
 * GitLab's groups; null if it names no such thing. Only the path is used, so that no user name, password or token in
 * the address can get into the name.
 */
export const nameFromAddress = (address: string): string | null => {
  const parts = decode(pathOf(address.trim()) ?? '')
    .split('/')
    .filter((part) => part !== '');
  // Https addresses of Bitbucket Data Center have `scm` before the project, its ssh addresses do not.
  const named = parts.length === 3 && parts[0] === 'scm' ? parts.slice(1) : parts;
  const name = named.join('/').replace(/\.git$/, '');
  // No host allows these in a name: the address was probably misread, and the name may contain a password.
  return isRepositoryName(name) && !/[@:]/.test(name) ? name : null;
};

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** The path after the host; null for a local or unknown address. */
const pathOf = (address: string): string | null => {
  if (!address.includes('://')) return SCP_FORM.exec(address)?.[1] ?? null;
  const url = URL.parse(address);
  return url === null || url.protocol === 'file:' ? null : url.pathname;
};

/**
 * The name of the folder that holds the repository, for one without a remote. `gitFolder`: `…/name/.git` or
 * `…/name.git`.
 */
export const nameFromFolder = (gitFolder: string): string => {
  const folder = basename(gitFolder) === '.git' ? dirname(gitFolder) : gitFolder;
  const name = basename(folder)
    .replace(/\.git$/, '')
    .replaceAll(/[\p{C}\p{Z}\s#]+/gu, '-');
  return isRepositoryName(name) ? name : 'repository';
};

/** Reads `--name`. @throws InvalidArgumentError when it cannot be the name of a repository */
export const readName = (text: string): string => {
  if (isRepositoryName(text)) return text;
  throw new InvalidArgumentError('It must be 1 to 255 bytes without white space or #, such as owner/name.');
};
