import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build, type Metafile, type OutputFile } from 'esbuild';
import { PROJECT_FOLDER } from '../../local/project-folder.ts';
import { CommandError } from './command-error.ts';

/** The two Lambda functions; each is `src/handlers/<name>.ts` and becomes one folder to zip. */
export const FUNCTIONS = ['ingest', 'read'] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

/** Where `npm run build` puts them. */
export const BUILD_FOLDER = join(PROJECT_FOLDER, '.build');

/** What the Lambda runtime loads, as handler `index.handler`. */
export const bundleFile = (folder: string, name: FunctionName): string => join(folder, name, 'index.mjs');

export type BundleSize = { name: FunctionName; file: string; bytes: number; gzip_bytes: number };

/** CommonJS packages inside an ES module want a `require` for Node's own modules. */
const banner = (gitSha: string | undefined): string =>
  [
    "import { createRequire as createRequireOfBundle } from 'node:module';",
    'const require = createRequireOfBundle(import.meta.url);',
    ...(gitSha === undefined ? [] : [`process.env.GIT_SHA ??= ${JSON.stringify(gitSha)};`]),
  ].join('');

/** `module` before `main`: it makes the bundle smaller and its start faster by a third. */
const options = (name: FunctionName, folder: string, gitSha: string | undefined) =>
  ({
    absWorkingDir: PROJECT_FOLDER,
    entryPoints: [`src/handlers/${name}.ts`],
    outfile: bundleFile(folder, name),
    bundle: true,
    splitting: false,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    minify: true,
    sourcemap: 'linked',
    sourcesContent: false,
    banner: { js: banner(gitSha) },
    metafile: true,
    write: false,
    logLevel: 'silent',
  }) satisfies BuildOptions;

const isBuiltin = (path: string): boolean => builtinModules.includes(path.replace(/^node:/, ''));

/**
 * Makes sure that the file works alone: it exports `handler` and imports nothing but Node's own modules.
 * @throws CommandError
 */
const check = (name: FunctionName, metafile: Metafile): void => {
  for (const output of Object.values(metafile.outputs)) {
    if (output.entryPoint !== undefined && !output.exports.includes('handler'))
      throw new CommandError(`src/handlers/${name}.ts exports no handler: Lambda would find nothing to call`);
    const foreign = output.imports.filter((one) => one.external && !isBuiltin(one.path));
    if (foreign.length > 0)
      throw new CommandError(`The bundle ${name} would need ${foreign[0]?.path} beside it, and has it not`);
  }
};

const writeAll = (files: OutputFile[]): void => {
  for (const file of files) {
    mkdirSync(dirname(file.path), { recursive: true });
    writeFileSync(file.path, file.contents);
  }
};

/**
 * Bundles one function into `<folder>/<name>/index.mjs` with its source map; what was in that folder goes.
 * The same sources and `gitSha` give the same bytes.
 * @throws CommandError when the sources do not build or the file would not work alone.
 */
export const buildBundle = async (
  name: FunctionName,
  folder: string,
  gitSha: string | undefined,
): Promise<BundleSize> => {
  const built = await build(options(name, folder, gitSha)).catch((fault: Error) => {
    throw new CommandError(`src/handlers/${name}.ts does not build: ${fault.message}`);
  });
  check(name, built.metafile);
  const file = bundleFile(folder, name);
  rmSync(dirname(file), { recursive: true, force: true });
  writeAll(built.outputFiles);
  const code = built.outputFiles.find((output) => output.path === file)?.contents ?? new Uint8Array();
  return { name, file: relative(process.cwd(), file), bytes: code.length, gzip_bytes: gzipSync(code).length };
};
