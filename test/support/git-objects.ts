import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deflateSync } from 'node:zlib';

/** A commit of no files. `at`: epoch seconds and zone, as git writes them. */
export type DrawnCommit = { parents: readonly string[]; author: string; at: string; message: string };

const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

const write = (file: string, content: string | Buffer): void => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
};

const writeObject = (gitFolder: string, kind: 'tree' | 'commit', text: string): string => {
  const object = Buffer.concat([Buffer.from(`${kind} ${Buffer.byteLength(text)}\0`), Buffer.from(text)]);
  const sha = createHash('sha1').update(object).digest('hex');
  write(join(gitFolder, 'objects', sha.slice(0, 2), sha.slice(2)), deflateSync(object));
  return sha;
};

/**
 * Files of a git repository, written as git itself would: each step by git is a process, which takes a hundred times
 * as long.
 * @param gitFolder where they are or come to be: the folder `.git`, or a bare repository
 */
export const drawGit = (gitFolder: string, { bare = false, head = 'main' } = {}) => {
  const readRef = (ref: string): string | null => {
    const file = join(gitFolder, ref);
    if (existsSync(file)) return readFileSync(file, 'utf8').trim();
    const packed = join(gitFolder, 'packed-refs');
    const lines = existsSync(packed) ? readFileSync(packed, 'utf8').split('\n') : [];
    return lines.find((line) => line.endsWith(` ${ref}`))?.split(' ')[0] ?? null;
  };
  const writeRef = (ref: string, sha: string): void => write(join(gitFolder, ref), `${sha}\n`);

  if (!existsSync(join(gitFolder, 'HEAD'))) {
    write(join(gitFolder, 'HEAD'), `ref: refs/heads/${head}\n`);
    write(join(gitFolder, 'config'), `[core]\n\trepositoryformatversion = 0\n\tbare = ${bare}\n`);
    mkdirSync(join(gitFolder, 'refs', 'heads'), { recursive: true });
    writeObject(gitFolder, 'tree', '');
  }

  return {
    readRef,
    writeRef,
    /** @returns its id */
    writeCommit: ({ parents, author, at, message }: DrawnCommit): string => {
      const lines = [`tree ${EMPTY_TREE}`, ...parents.map((parent) => `parent ${parent}`)];
      const people = [`author ${author} ${at}`, `committer Cora Committer <cora@example.com> ${at}`];
      return writeObject(gitFolder, 'commit', [...lines, ...people, '', message].join('\n'));
    },
    /** The branch that HEAD names, if any, and the commit it comes to. */
    readHead: (): { ref: string; sha: string | null } => {
      const text = readFileSync(join(gitFolder, 'HEAD'), 'utf8').trim();
      const ref = /^ref: (.+)$/.exec(text)?.[1];
      return ref === undefined ? { ref: 'HEAD', sha: text } : { ref, sha: readRef(ref) };
    },
    /** Checks a branch out, for one without files; it need not be there. */
    pointHead: (branch: string): void => write(join(gitFolder, 'HEAD'), `ref: refs/heads/${branch}\n`),
  };
};
