import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { buildBundles, bundleFile } from '../../../src/cli/shared/bundle.ts';
import { PLUGINS } from '../../../src/cli/shared/bundle-plugins.ts';

export type Bundle = { name: string; file: string; kilobytes: number };

const BANNER = `import { createRequire as createRequireOfBundle } from 'node:module';
const require = createRequireOfBundle(import.meta.url);`;

const sized = (name: string, file: string): Bundle => ({ name, file, kilobytes: statSync(file).size / 1000 });

/** With plain options for a small bundle, or with our plugins too, which leave out what a start does not need. */
const floorBundle = async (name: string, folder: string, plugins: Plugin[]): Promise<Bundle> => {
  const outfile = join(folder, name, 'index.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'floor-entry.ts')],
    outfile,
    plugins,
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
  return sized(name, outfile);
};

const emptyBundle = (folder: string): Bundle => {
  const file = join(folder, 'empty.mjs');
  writeFileSync(file, 'export const handler = () => {};\n');
  return sized('bare Node', file);
};

const OTHERS = ['read', 'correlate', 'sweep', 'reconcile'] as const;

/** The bundles as `npm run build` makes them from the sources as they are now, the floor of ingest in two forms, and nothing. */
export const makeBundles = async (folder: string) => {
  await buildBundles(['ingest', ...OTHERS], folder, undefined);
  return {
    ours: sized('ours: ingest', bundleFile(folder, 'ingest')),
    floor: await floorBundle('floor', folder, []),
    bare: emptyBundle(folder),
    others: [
      await floorBundle('floor, with our plugins', folder, PLUGINS),
      ...OTHERS.map((name) => sized(`ours: ${name}`, bundleFile(folder, name))),
    ],
  };
};
