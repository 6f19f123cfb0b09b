import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { madeOnce } from './run-folder.ts';
import { runHere } from './run-here.ts';

/** The commit that they name. */
export const GIT_SHA = '0123456789abcdef0123456789abcdef01234567';

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

/** The folder of the bundles that all files of a run share, to look at and to start. */
export const sharedBundles = async (): Promise<string> => join(await madeOnce('bundles', build), 'out');

/** How the build of `sharedBundles` ended. */
export const sharedBuild = async (): Promise<z.output<typeof ended>> => {
  const shared = await madeOnce('bundles', build);
  return ended.parse(JSON.parse(await readFile(join(shared, SAID), 'utf8')));
};
