import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One for this process alone, where it is not part of a run. */
const ownFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'test-process-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** What the files of one run share lies here; it goes when the run ends (see run.ts). */
export const RUN_FOLDER = process.env.TEST_RUN_FOLDER ?? ownFolder();

type Make = (folder: string) => Promise<void>;

const folders = new Map<string, Promise<string>>();

/**
 * A folder that all files of a run share: made by whoever wants it first. Two processes at once make it twice, and one
 * stays; they are the same.
 */
export const madeOnce = (name: string, make: Make): Promise<string> => {
  const folder = folders.get(name) ?? madeOrShared(name, make);
  folders.set(name, folder);
  return folder;
};

const madeOrShared = async (name: string, make: Make): Promise<string> => {
  const shared = join(RUN_FOLDER, name);
  if (existsSync(shared)) return shared;
  const made = await mkdtemp(join(RUN_FOLDER, `${name}-`));
  await make(made);
  // Taken as a whole or not at all: a folder with something in it is not replaced.
  await rename(made, shared).catch(() => rm(made, { recursive: true }));
  return shared;
};
