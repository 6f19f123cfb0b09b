import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, type BuildResult, build, type Metafile, type OutputFile } from 'esbuild';
import { PROJECT_FOLDER } from '../../local/project.ts';
import { isBuiltin, LAZY_FILES, type LazyFile, lazyPath, PLUGINS } from './bundle-plugins.ts';
import { CommandError } from './command.ts';

/** Where `npm run build` puts the bundles. */
export const BUILD_FOLDER = join(PROJECT_FOLDER, '.build');

export type BundleSize = { name: string; file: string; bytes: number; gzip_bytes: number };

type Built = BuildResult<ReturnType<typeof options>>;

type Input = Pick<BuildOptions, 'entryPoints' | 'stdin'>;

type Folder = { name: string; file: string; built: Built };

type Beside = { lazy: LazyFile; files: OutputFile[] };

/** What the Lambda runtime loads, as handler `index.handler`. */
export const bundleFile = (folder: string, name: string): string => join(folder, name, 'index.mjs');

/**
 * Bundles each function into `<folder>/<name>/index.mjs` with its source map and its lazy files, and deletes what was
 * in that folder. The same sources and `gitSha` give the same bytes.
 * @throws CommandError when the sources do not build or a file would not work alone.
 */
export const buildBundles = async (
  names: readonly string[],
  folder: string,
  gitSha: string | undefined,
): Promise<BundleSize[]> => {
  const all = await Promise.all(names.map((name) => bundleFunction(name, folder, gitSha)));
  const beside = await Promise.all(LAZY_FILES.map((lazy) => bundleLazy(lazy, all)));
  for (const one of all) {
    const used = beside.filter(({ lazy }) => uses(one, lazy)).flatMap(({ files }) => files);
    rmSync(dirname(one.file), { recursive: true, force: true });
    writeAll(dirname(one.file), [...one.built.outputFiles, ...used]);
  }
  return all.map(sizeOf);
};

const bundleFunction = async (name: string, folder: string, gitSha: string | undefined): Promise<Folder> => {
  const file = bundleFile(folder, name);
  const source = `src/entries/${name}.ts`;
  const built = await bundle(source, { entryPoints: [source] }, file, gitSha);
  checkHandler(name, built.metafile);
  checkImports(name, built.metafile);
  return { name, file, built };
};

const bundle = (name: string, input: Input, outfile: string, gitSha?: string): Promise<Built> =>
  build({ ...options(outfile, gitSha), ...input }).catch((fault: Error) => {
    throw new CommandError(`${name} failed to build: ${fault.message}`);
  });

/** `module` before `main`: it makes the bundle smaller and its start faster by a third. */
const options = (outfile: string, gitSha: string | undefined) =>
  ({
    absWorkingDir: PROJECT_FOLDER,
    outfile,
    plugins: PLUGINS,
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

/** First line of every bundle: CommonJS packages in an ES module need a `require` for Node's own modules. */
export const REQUIRE_OF_BUNDLE =
  "import { createRequire as createRequireOfBundle } from 'node:module';const require = createRequireOfBundle(import.meta.url);";

const banner = (gitSha: string | undefined): string =>
  [
    REQUIRE_OF_BUNDLE,
    ...(gitSha === undefined ? [] : [`process.env.GIT_SHA ??= ${JSON.stringify(gitSha)};`]),
  ].join('');

/** @throws CommandError */
const checkHandler = (name: string, { outputs }: Metafile): void => {
  for (const { entryPoint, exports } of Object.values(outputs))
    if (entryPoint !== undefined && !exports.includes('handler'))
      throw new CommandError(`src/entries/${name}.ts exports no handler: Lambda would find nothing to call`);
};

/**
 * Makes sure that a file works alone: it imports nothing but Node's own modules and what is built beside it.
 * @throws CommandError
 */
const checkImports = (name: string, { outputs }: Metafile): void => {
  const beside = LAZY_FILES.map(lazyPath);
  const imports = Object.values(outputs).flatMap((output) => output.imports);
  const foreign = imports.find(
    ({ external, path }) => external && !isBuiltin(path) && !beside.includes(path),
  );
  if (foreign) throw new CommandError(`The bundle ${name} imports ${foreign.path}, which is not part of it`);
};

/** Builds a lazy file once, for the first function that uses it: it is the same for all. */
const bundleLazy = async (lazy: LazyFile, all: Folder[]): Promise<Beside> => {
  const first = all.find((one) => uses(one, lazy));
  if (first === undefined) return { lazy, files: [] };
  const { file, modules } = lazy;
  const contents = modules.map((name) => `export * from '${name}';`).join('\n');
  const stdin = { contents, resolveDir: PROJECT_FOLDER };
  const built = await bundle(file, { stdin }, join(dirname(first.file), file));
  checkImports(file, built.metafile);
  return { lazy, files: built.outputFiles };
};

const uses = ({ built }: Folder, lazy: LazyFile): boolean =>
  Object.values(built.metafile.outputs).some(({ imports }) =>
    imports.some(({ path }) => path === lazyPath(lazy)),
  );

const writeAll = (folder: string, files: OutputFile[]): void => {
  mkdirSync(folder, { recursive: true });
  for (const { path, contents } of files) writeFileSync(join(folder, basename(path)), contents);
};

const sizeOf = ({ name, file, built }: Folder): BundleSize => {
  const code = built.outputFiles.find((output) => output.path === file)?.contents ?? new Uint8Array();
  return { name, file: relative(process.cwd(), file), bytes: code.length, gzip_bytes: gzipSync(code).length };
};
