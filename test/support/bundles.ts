import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { RUN_FOLDER } from './run-folder.ts';
import { runHere } from './run-here.ts';

/** The commit that they name. */
export const GIT_SHA = '0123456789abcdef0123456789abcdef01234567';

const SHARED = join(RUN_FOLDER, 'bundles');
/** What the command said that made them. */
const SAID = 'said.json';

const ended = z.object({ code: z.number(), stdout: z.string(), stderr: z.string() });

/** `npm run build` into `<made>/out`, where an earlier build has left something. */
const build = async (made: string): Promise<void> => {
  const out = join(made, 'out');
  await mkdir(join(out, 'read'), { recursive: true });
  await writeFile(join(out, 'read/left-over.js'), 'of an earlier build');
  const said = await runHere('src/cli/build.ts', ['--out', out], { PATH: process.env.PATH, GIT_SHA });
  await writeFile(join(made, SAID), JSON.stringify(said));
};

/**
 * The folder of the bundles that all files of a run share, to look at and to start: made by whoever wants them
 * first. Two files at once make them twice, and one set stays; they are the same.
 */
export const sharedBundles = async (): Promise<string> => {
  if (!existsSync(SHARED)) {
    const made = await mkdtemp(join(RUN_FOLDER, 'bundles-'));
    await build(made);
    // Taken as a whole or not at all: a folder with something in it is not replaced.
    await rename(made, SHARED).catch(() => rm(made, { recursive: true }));
  }
  return join(SHARED, 'out');
};

/** How the build of `sharedBundles` ended. */
export const sharedBuild = async (): Promise<z.output<typeof ended>> => {
  await sharedBundles();
  return ended.parse(JSON.parse(await readFile(join(SHARED, SAID), 'utf8')));
};
