import { mkdir, open, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describeFault } from '../errors/errors.ts';
import { within } from './deadline.ts';
import { type NewObject, type Objects, orUnavailable } from './objects.ts';
import { withProcessLock } from './process-lock.ts';

/** Objects in a local folder used instead of the bucket, shared by all processes of this machine. Nothing expires. */
export const objectsInFolder = (folder: string): Objects => ({
  put: ({ key, bytes }, signal) => call(signal, () => writeWhole(join(folder, key), bytes)),
  replaceIf: (object, mayReplace, signal) =>
    call(signal, async () => {
      const path = await trueName(join(folder, object.key));
      return withProcessLock(path, () => replace(path, object, mayReplace), signal);
    }),
  get: (key, signal) => call(signal, () => readIfThere(join(folder, key))),
  remove: (key, signal) => call(signal, () => removeAll(join(folder, key))),
});

/** One call on the folder; no longer awaited once the signal is aborted. */
const call = <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> =>
  orUnavailable(() => within(signal, work));

/** The canonical path of a file, whatever path a process uses for its folder. */
const trueName = async (path: string): Promise<string> => {
  await mkdir(dirname(path), { recursive: true });
  return join(await realpath(dirname(path)), basename(path));
};

/** Throws read faults instead of assuming an absent file, which could replace the newest with an older one. */
const replace = async (
  path: string,
  { bytes }: NewObject,
  mayReplace: (stored: Buffer | null) => boolean,
): Promise<void> => {
  if (mayReplace(await readIfThere(path))) await writeWhole(path, bytes);
};

/** Removes the file and any `.part` file that a crash left beside it: both hold the same person's data. */
const removeAll = async (path: string): Promise<void> => {
  const folder = dirname(path);
  const names = await readdir(folder).catch((fault) => (isMissing(fault) ? [] : Promise.reject(fault)));
  const ours = names.filter((name) => name.startsWith(basename(path)));
  await Promise.all(ours.map((name) => rm(join(folder, name), { force: true })));
};

/**
 * Writes a file that only its owner can read, atomically even if the machine stops: a temporary file is flushed and
 * renamed. A crash may leave that file, whose name begins with the file's name and ends in `.part`.
 */
export const writeWhole = async (path: string, bytes: Uint8Array): Promise<void> => {
  const aside = `${path}.${crypto.randomUUID()}.part`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(aside, bytes, { mode: 0o600, flush: true });
    await rename(aside, path);
  } catch (fault) {
    await rm(aside, { force: true });
    throw fault;
  }
  await flushFolder(dirname(path));
};

/** A rename is durable only after its folder is flushed. */
const flushFolder = async (folder: string): Promise<void> => {
  await using handle = await open(folder, 'r');
  await handle.sync();
};

/** Null when there is no such file. */
export const readIfThere = async (path: string): Promise<Buffer | null> => {
  try {
    return await readFile(path);
  } catch (fault) {
    if (isMissing(fault)) return null;
    throw fault;
  }
};

/** Whether a fault of the file system means that the file or folder does not exist. */
const isMissing = (fault: unknown): boolean => describeFault(fault) === 'ENOENT';
