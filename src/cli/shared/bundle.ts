import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  type BuildOptions,
  type BuildResult,
  build,
  type Metafile,
  type OutputFile,
  type Plugin,
} from 'esbuild';
import type { FunctionName } from '../../contract/functions.ts';
import { PROJECT_FOLDER } from '../../local/project-folder.ts';
import { CommandError } from './command-error.ts';

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

/** What lies beside `index.mjs` and is loaded only when it is needed. */
const LAZY = { source: 'src/platform/objects-in-s3.ts', file: 'objects-in-s3.mjs' };

/** Leaves the dynamic import of the lazy file an import: bundled in, even unused it would slow every start. */
const keepLazy: Plugin = {
  name: 'keep-lazy',
  setup: ({ onResolve }) => {
    onResolve({ filter: /\/objects-in-s3\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: `./${LAZY.file}`, external: true } : null,
    );
  },
};

/**
 * Takes Node's own modules from `process`: a static import of `node:http` in an ES module evaluates all its
 * lazy exports, a fetch client among them, at every cold start.
 */
const takeBuiltins: Plugin = {
  name: 'take-builtins',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^(node:)?[a-z_/]+$/ }, ({ path }) =>
      isBuiltin(path) ? { path: path.replace(/^node:/, ''), namespace: 'builtin' } : null,
    );
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('node:${path}')`,
    }));
  },
};

/** `module` before `main`: it makes the bundle smaller and its start faster by a third. */
const options = (source: string, outfile: string, gitSha: string | undefined) =>
  ({
    absWorkingDir: PROJECT_FOLDER,
    entryPoints: [source],
    outfile,
    plugins: [keepLazy, takeBuiltins],
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
 * Makes sure that the file works alone: it exports `handler` and imports nothing but Node's own modules and
 * what is built beside it.
 * @throws CommandError
 */
const check = (name: FunctionName, metafile: Metafile): void => {
  for (const output of Object.values(metafile.outputs)) {
    if (output.entryPoint !== undefined && !output.exports.includes('handler'))
      throw new CommandError(`src/handlers/${name}.ts exports no handler: Lambda would find nothing to call`);
    const isOurs = (path: string) => isBuiltin(path) || path === `./${LAZY.file}`;
    const foreign = output.imports.find((one) => one.external && !isOurs(one.path));
    if (foreign)
      throw new CommandError(`The bundle ${name} would need ${foreign.path} beside it, and has it not`);
  }
};

const usesLazy = ({ outputs }: Metafile): boolean =>
  Object.values(outputs).some(({ imports }) => imports.some(({ path }) => path === `./${LAZY.file}`));

const writeAll = (folder: string, files: OutputFile[]): void => {
  mkdirSync(folder, { recursive: true });
  for (const { path, contents } of files) writeFileSync(join(folder, basename(path)), contents);
};

type Built = BuildResult<ReturnType<typeof options>>;

const bundle = (source: string, outfile: string, gitSha: string | undefined): Promise<Built> =>
  build(options(source, outfile, gitSha)).catch((fault: Error) => {
    throw new CommandError(`${source} does not build: ${fault.message}`);
  });

type Folder = { name: FunctionName; file: string; built: Built };

const bundleFunction = async (
  name: FunctionName,
  folder: string,
  gitSha: string | undefined,
): Promise<Folder> => {
  const file = bundleFile(folder, name);
  const built = await bundle(`src/handlers/${name}.ts`, file, gitSha);
  check(name, built.metafile);
  return { name, file, built };
};

/** The lazy file as it lies in one of these folders: it is the same in all of them. */
const bundleLazy = async (files: string[]): Promise<OutputFile[]> => {
  const [first] = files;
  if (first === undefined) return [];
  return (await bundle(LAZY.source, join(dirname(first), LAZY.file), undefined)).outputFiles;
};

const sizeOf = ({ name, file, built }: Folder): BundleSize => {
  const code = built.outputFiles.find((output) => output.path === file)?.contents ?? new Uint8Array();
  return { name, file: relative(process.cwd(), file), bytes: code.length, gzip_bytes: gzipSync(code).length };
};

/**
 * Bundles each function into `<folder>/<name>/index.mjs` with its source map, and beside it what it loads only
 * when needed; what was in that folder goes. The same sources and `gitSha` give the same bytes.
 * @throws CommandError when the sources do not build or a file would not work alone.
 */
export const buildBundles = async (
  names: readonly FunctionName[],
  folder: string,
  gitSha: string | undefined,
): Promise<BundleSize[]> => {
  const all = await Promise.all(names.map((name) => bundleFunction(name, folder, gitSha)));
  const lazy = await bundleLazy(all.filter(({ built }) => usesLazy(built.metafile)).map(({ file }) => file));
  for (const { file, built } of all) {
    rmSync(dirname(file), { recursive: true, force: true });
    writeAll(dirname(file), [...built.outputFiles, ...(usesLazy(built.metafile) ? lazy : [])]);
  }
  return all.map(sizeOf);
};
