import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UnavailableError } from '../errors/errors.ts';
import { within } from '../platform/deadline.ts';
import { type RawBodies, rawBodyKey } from './raw-bodies.ts';

const orUnavailable = async <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
  try {
    return await within(signal, work);
  } catch (fault) {
    throw new UnavailableError('artifacts', fault);
  }
};

const isMissing = (fault: unknown): boolean =>
  fault instanceof Error && 'code' in fault && fault.code === 'ENOENT';

/** Written aside, flushed and renamed, so that a crash leaves the whole file or none. */
const writeWhole = async (path: string, bytes: Uint8Array): Promise<void> => {
  await mkdir(dirname(path), { recursive: true });
  const aside = `${path}.${process.pid}.${crypto.randomUUID()}`;
  await using file = await open(aside, 'w', 0o600);
  await file.writeFile(bytes);
  await file.sync();
  await rename(aside, path);
};

/** The file, and what a crash may have left beside it: both hold the same person's data. */
const removeAll = async (path: string): Promise<void> => {
  const folder = dirname(path);
  const names = await readdir(folder).catch((fault) => (isMissing(fault) ? [] : Promise.reject(fault)));
  const ours = names.filter((name) => name.startsWith(basename(path)));
  await Promise.all(ours.map((name) => rm(join(folder, name), { force: true })));
};

const readIfThere = async (path: string): Promise<Buffer | null> => {
  try {
    return await readFile(path);
  } catch (fault) {
    if (isMissing(fault)) return null;
    throw fault;
  }
};

/** Raw bodies in a local folder that stands for the bucket. */
export const rawBodiesInFolder = (folder: string): RawBodies => {
  const path = (eventId: string) => join(folder, rawBodyKey(eventId));
  return {
    put: (eventId, bytes, signal) => orUnavailable(signal, () => writeWhole(path(eventId), bytes)),
    get: (eventId, signal) => orUnavailable(signal, () => readIfThere(path(eventId))),
    remove: (eventId, signal) => orUnavailable(signal, () => removeAll(path(eventId))),
  };
};
