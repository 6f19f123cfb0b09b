import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { REQUIRE_OF_BUNDLE } from '../../src/cli/shared/bundle.ts';
import { PROJECT_FOLDER } from '../../src/local/project.ts';
import { madeOnce } from './run-folder.ts';

/** Our sources know where they lie, in a bundle too. */
const places: Plugin = {
  name: 'places',
  setup: ({ onLoad }) => {
    onLoad({ filter: /\/(src|test)\/.*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href));
      return { loader: 'ts', contents };
    });
  },
};

const bundleInto =
  (source: string) =>
  async (folder: string): Promise<void> => {
    await build({
      absWorkingDir: PROJECT_FOLDER,
      entryPoints: [source],
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      plugins: [places],
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node24',
      mainFields: ['module', 'main'],
      banner: { js: REQUIRE_OF_BUNDLE },
      logLevel: 'silent',
    });
  };

/**
 * One of our programs as a file to start, which takes a third of the time: a program of ours is a thousand modules.
 * Where coverage is measured it is the source itself.
 * @param source its path in the project
 */
export const bundledProgram = async (source: string): Promise<string> => {
  if (process.env.NODE_V8_COVERAGE) return join(PROJECT_FOLDER, source);
  const name = basename(source, '.ts');
  return join(await madeOnce(name, bundleInto(source)), `${name}.mjs`);
};
