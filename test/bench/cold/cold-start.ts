import { execFile } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build, type Plugin } from 'esbuild';
import { buildBundles, bundleFile } from '../../../src/cli/shared/bundle.ts';
import { PLUGINS } from '../../../src/cli/shared/bundle-plugins.ts';
import { type Goal, judge, printTable, type Section } from '../shared/section.ts';
import { median, percentile } from '../shared/stats.ts';
import { tempFolder } from '../shared/temp-folder.ts';

const MOST_TIMES_THE_FLOOR = 1.15;

const LOADER = join(import.meta.dirname, 'load-handler.mjs');

/** What Lambda sets, and nothing of this machine. The secret store refuses at once, as nobody waits for it. */
const ENVIRONMENT = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_LAMBDA_FUNCTION_NAME: 'ingest',
  TABLE_NAME: 'table',
  ARTIFACTS_BUCKET: 'artifacts',
  JIRA_WEBHOOK_SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:webhooks-AbCdEf',
  AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://127.0.0.1:9',
};

const run = promisify(execFile);

/** Milliseconds from the start of the process until the bundle is evaluated and its handler there. */
const start = async ({ file }: Bundle, signal: AbortSignal): Promise<number> => {
  const began = process.hrtime.bigint();
  const { stdout } = await run(process.execPath, [LOADER, file], { env: ENVIRONMENT, signal });
  // The handler's log may come before it.
  const ready = BigInt(stdout.slice(stdout.lastIndexOf('\n') + 1));
  return Number(ready - began) / 1e6;
};

/** In turns; the first turn brings the files into the page cache and does not count. */
const startAll = async (bundles: Bundle[], times: number, signal: AbortSignal): Promise<number[][]> => {
  const figures: number[][] = bundles.map(() => []);
  for (let turn = 0; turn <= times; turn++)
    for (const [index, bundle] of bundles.entries()) {
      const ms = await start(bundle, signal);
      if (turn > 0) figures[index]?.push(ms);
    }
  return figures;
};

/** The table of all bundles, and how ingest stands against its floor. */
export type ColdStarts = { head: string[]; rows: string[][]; ratio: number };

/**
 * The ingest bundle against one that imports and constructs the SDK clients its first request uses; the other
 * bundles beside it.
 */
export const measureColdStarts = async (short: boolean, owned: AsyncDisposableStack): Promise<ColdStarts> => {
  const { ours, floor, bare, others } = await makeBundles(tempFolder(owned));
  const stop = owned.adopt(new AbortController(), (controller) => controller.abort());
  const bundles = [ours, floor, bare, ...others];
  const figures = await startAll(bundles, short ? 1 : 20, stop.signal);
  const [oursMs = 0, floorMs = 0, bareMs = 0] = figures.map((one) => median(one));
  const rows = bundles.map(({ name, kilobytes }, index) => {
    const ms = figures[index] ?? [];
    const times = [median(ms), median(ms) - bareMs, percentile(ms, 0), percentile(ms, 1)];
    return [name, kilobytes.toFixed(0), ...times.map((one) => one.toFixed(1))];
  });
  const head = ['bundle', 'kB', 'median ms', 'minus bare Node', 'least', 'most'];
  return { head, rows, ratio: (oursMs - bareMs) / (floorMs - bareMs) };
};

export const judgeColdStarts = ({ ratio }: ColdStarts): Goal =>
  judge('cold start of ingest / floor, minus bare Node', ratio, '<=', MOST_TIMES_THE_FLOOR);

/** Prints it. */
export const coldStart: Section = async ({ short }, owned) => {
  const measured = await measureColdStarts(short, owned);
  printTable('\n4. Cold start: process start until the handler is there', measured.head, measured.rows);
  return [judgeColdStarts(measured)];
};

type Bundle = { name: string; file: string; kilobytes: number };

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
const makeBundles = async (folder: string) => {
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
