import { mkdir, readdir, realpath, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UnavailableError } from '../errors/errors.ts';
import { within } from './deadline.ts';
import type { NewObject, Objects } from './objects.ts';
import { withProcessLock } from './process-lock.ts';
import { isMissing, readIfThere, writeWhole } from './whole-file.ts';

const orUnavailable = async <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
  try {
    return await within(signal, work);
  } catch (fault) {
    throw new UnavailableError('artifacts', fault);
  }
};

/** One name for one file, by whatever path a process knows its folder. */
const trueName = async (path: string): Promise<string> => {
  await mkdir(dirname(path), { recursive: true });
  return join(await realpath(dirname(path)), basename(path));
};

/** Read faults are thrown, not taken for an absent file: with no file handles left, what is newest would go back. */
const replace = async (
  path: string,
  { bytes }: NewObject,
  mayReplace: (stored: Buffer | null) => boolean,
): Promise<void> => {
  if (mayReplace(await readIfThere(path))) await writeWhole(path, bytes);
};

/** The file, and what a crash may have left beside it: both hold the same person's data. */
const removeAll = async (path: string): Promise<void> => {
  const folder = dirname(path);
  const names = await readdir(folder).catch((fault) => (isMissing(fault) ? [] : Promise.reject(fault)));
  const ours = names.filter((name) => name.startsWith(basename(path)));
  await Promise.all(ours.map((name) => rm(join(folder, name), { force: true })));
};

/** Objects in a local folder that stands for the bucket, for all processes of this machine. Nothing in it expires. */
export const objectsInFolder = (folder: string): Objects => ({
  put: ({ key, bytes }, signal) => orUnavailable(signal, () => writeWhole(join(folder, key), bytes)),
  replaceIf: (object, mayReplace, signal) =>
    orUnavailable(signal, async () => {
      const path = await trueName(join(folder, object.key));
      return withProcessLock(path, () => replace(path, object, mayReplace), signal);
    }),
  get: (key, signal) => orUnavailable(signal, () => readIfThere(join(folder, key))),
  remove: (key, signal) => orUnavailable(signal, () => removeAll(join(folder, key))),
});
