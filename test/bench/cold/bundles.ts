import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { buildBundles, bundleFile } from '../../../src/cli/shared/bundle.ts';

export type Bundle = { name: string; file: string; kilobytes: number };

const BANNER = `import { createRequire as createRequireOfBundle } from 'node:module';
const require = createRequireOfBundle(import.meta.url);`;

const sized = (name: string, file: string): Bundle => ({ name, file, kilobytes: statSync(file).size / 1000 });

/** With the options of `src/cli/shared/bundle.ts`. */
const floorBundle = async (folder: string): Promise<Bundle> => {
  const outfile = join(folder, 'floor/index.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'floor-entry.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    minify: true,
    sourcemap: 'linked',
    sourcesContent: false,
    banner: { js: BANNER },
    logLevel: 'error',
  });
  return sized('floor', outfile);
};

const emptyBundle = (folder: string): Bundle => {
  const file = join(folder, 'empty.mjs');
  writeFileSync(file, 'export const handler = () => {};\n');
  return sized('bare Node', file);
};

const OTHERS = ['read', 'correlate', 'sweep'] as const;

/** The bundles as `npm run build` makes them from the sources as they are now, the floor of ingest, and nothing. */
export const makeBundles = async (folder: string) => {
  await buildBundles(['ingest', ...OTHERS], folder, undefined);
  return {
    ours: sized('ours: ingest', bundleFile(folder, 'ingest')),
    floor: await floorBundle(folder),
    bare: emptyBundle(folder),
    others: OTHERS.map((name) => sized(`ours: ${name}`, bundleFile(folder, name))),
  };
};
