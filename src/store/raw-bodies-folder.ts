import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UnavailableError } from '../errors/errors.ts';
import { within } from '../platform/deadline.ts';
import { isMissing, readIfThere, writeWhole } from '../platform/whole-file.ts';
import { type RawBodies, rawBodyKey } from './raw-bodies.ts';

const orUnavailable = async <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
  try {
    return await within(signal, work);
  } catch (fault) {
    throw new UnavailableError('artifacts', fault);
  }
};

/** The file, and what a crash may have left beside it: both hold the same person's data. */
const removeAll = async (path: string): Promise<void> => {
  const folder = dirname(path);
  const names = await readdir(folder).catch((fault) => (isMissing(fault) ? [] : Promise.reject(fault)));
  const ours = names.filter((name) => name.startsWith(basename(path)));
  await Promise.all(ours.map((name) => rm(join(folder, name), { force: true })));
};

/** Raw bodies in a local folder that stands for the bucket. Nothing in it expires. */
export const rawBodiesInFolder = (folder: string): RawBodies => {
  const path = (eventId: string) => join(folder, rawBodyKey(eventId));
  return {
    put: (eventId, bytes, _quarantined, signal) =>
      orUnavailable(signal, () => writeWhole(path(eventId), bytes)),
    get: (eventId, signal) => orUnavailable(signal, () => readIfThere(path(eventId))),
    remove: (eventId, signal) => orUnavailable(signal, () => removeAll(path(eventId))),
  };
};
