import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describeFault } from '../errors/errors.ts';

/** A rename is durable when the folder that holds the names is. */
const flushFolder = async (folder: string): Promise<void> => {
  await using handle = await open(folder, 'r');
  await handle.sync();
};

/**
 * Writes a file for its owner only, whole or not at all, also when the machine stops: aside, flushed, renamed. What
 * a crash may leave beside it begins with the file's name and ends in `.part`.
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

/** Whether a fault of the file system says that the file or folder is not there. */
export const isMissing = (fault: unknown): boolean => describeFault(fault) === 'ENOENT';

/** Null when there is no such file. */
export const readIfThere = async (path: string): Promise<Buffer | null> => {
  try {
    return await readFile(path);
  } catch (fault) {
    if (isMissing(fault)) return null;
    throw fault;
  }
};
