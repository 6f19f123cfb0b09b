import { once } from 'node:events';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UnavailableError } from '../errors/errors.ts';
import { type RawBodies, rawBodyKey } from './raw-bodies.ts';

/** A file system cannot be told to stop, but nobody needs to wait for one that hangs. */
const orUnavailable = async <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
  try {
    signal.throwIfAborted();
    const aborted = once(signal, 'abort').then(() => Promise.reject(signal.reason));
    return await Promise.race([work(), aborted]);
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
    remove: (eventId, signal) => orUnavailable(signal, () => rm(path(eventId), { force: true })),
  };
};
