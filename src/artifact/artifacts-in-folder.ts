import { mkdir, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UnavailableError } from '../errors/errors.ts';
import { within } from '../platform/deadline.ts';
import { withProcessLock } from '../platform/process-lock.ts';
import { readIfThere, writeWhole } from '../platform/whole-file.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { compareRun } from './stored-run.ts';

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

/** Read faults are thrown, not taken for an older file: with no file handles left, `latest` would go back. */
const replace = async (path: string, bytes: Uint8Array, runId: string): Promise<boolean> => {
  const standing = compareRun(await readIfThere(path), runId);
  if (standing === 'older') await writeWhole(path, bytes);
  return standing !== 'newer';
};

/** Artifacts in a local folder that stands for the bucket, for all processes of this machine. */
export const artifactsInFolder = (folder: string): ArtifactStore => ({
  put: (key, bytes, signal) => orUnavailable(signal, () => writeWhole(join(folder, key), bytes)),
  replaceIfNewer: (key, bytes, runId, signal) =>
    orUnavailable(signal, async () => {
      const path = await trueName(join(folder, key));
      return withProcessLock(path, () => replace(path, bytes, runId), signal);
    }),
});
