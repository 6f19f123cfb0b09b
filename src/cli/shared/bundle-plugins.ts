import { builtinModules } from 'node:module';
import type { Plugin } from 'esbuild';

/** A file beside `index.mjs` that is loaded only when needed and exports all that these modules do. */
export type LazyFile = { file: string; modules: readonly string[] };

type LazyImports = LazyFile & {
  /** The dynamic imports that load it: their path, and the path of the importing module. */
  imported: RegExp;
  importer: RegExp;
};

/** Kept out of the bundle: Node would read and parse them at every start, even unused. */
const LAZY: readonly LazyImports[] = [
  {
    file: 'objects-in-s3.mjs',
    modules: ['./src/platform/objects-in-s3.ts'],
    imported: /\/objects-in-s3\.ts$/,
    importer: /\/src\/platform\//,
  },
  {
    // Lambda passes its credentials in the environment; the SDK loads these providers only if there are none.
    file: 'credentials.mjs',
    modules: [
      '@aws-sdk/credential-provider-http',
      '@aws-sdk/credential-provider-ini',
      '@aws-sdk/credential-provider-process',
      '@aws-sdk/credential-provider-sso',
      '@aws-sdk/credential-provider-web-identity',
      '@smithy/credential-provider-imds',
    ],
    imported: /^@(aws-sdk|smithy)\/credential-provider-/,
    importer: /\/@aws-sdk\/credential-provider-node\//,
  },
];

export const LAZY_FILES: readonly LazyFile[] = LAZY;

export const lazyPath = ({ file }: LazyFile): string => `./${file}`;

/** Keeps the dynamic imports of lazy files as imports. */
const keepLazy: Plugin = {
  name: 'keep-lazy',
  setup: ({ onResolve }) => {
    for (const lazy of LAZY)
      onResolve({ filter: lazy.imported }, ({ kind, importer }) =>
        kind === 'dynamic-import' && lazy.importer.test(importer)
          ? { path: lazyPath(lazy), external: true }
          : null,
      );
  },
};

export const isBuiltin = (path: string): boolean => builtinModules.includes(path.replace(/^node:/, ''));

/**
 * Gets Node's own modules with `process.getBuiltinModule`: a static import of `node:http` in an ES module evaluates
 * all its lazy exports, a fetch client among them, at every cold start.
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

export const PLUGINS: Plugin[] = [keepLazy, takeBuiltins];
