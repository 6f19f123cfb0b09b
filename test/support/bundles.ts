import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buildBundle } from '../../src/cli/shared/bundle.ts';
import { FUNCTIONS } from '../../src/contract/functions.ts';
import { RUN_FOLDER } from './run-folder.ts';

/** The commit that they name. */
export const GIT_SHA = '0123456789abcdef0123456789abcdef01234567';

const SHARED = join(RUN_FOLDER, 'bundles');

/**
 * The folder of the bundles that all files of a run share, to look at and to start: made by whoever wants them
 * first. Two files at once make them twice, and one set stays; they are the same.
 */
export const sharedBundles = async (): Promise<string> => {
  if (existsSync(SHARED)) return SHARED;
  const made = await mkdtemp(join(RUN_FOLDER, 'bundles-'));
  await Promise.all(FUNCTIONS.map((name) => buildBundle(name, made, GIT_SHA)));
  // Taken as a whole or not at all: a folder with something in it is not replaced.
  await rename(made, SHARED).catch(() => rm(made, { recursive: true }));
  return SHARED;
};
