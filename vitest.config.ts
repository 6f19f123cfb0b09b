import { globSync, readFileSync } from 'node:fs';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

type Project = NonNullable<TestProjectInlineConfiguration['test']>;

const TESTS = 'test/**/*.test.ts';
/** What needs more than Node, or is exhaustive only: a page in a real browser, for one. */
const DEEP_ONLY = 'test/**/*.deep.test.ts';

/** Pure, or nearly so: no engine, no instance of ours. */
const UNIT = ['test/unit/**/*.test.ts', 'test/property/correlate/**/*.test.ts'];
/** They change what a whole process has, so each has a process of its own. */
const ALONE = ['cli/shared/place', 'local/platform'].map((name) => `test/unit/${name}.test.ts`);

/** Files with a test that does more in `npm run test:deep`: they ask how much. */
const asksDepth = (file: string): boolean => readFileSync(file, 'utf8').includes('/support/depth.ts');

/** Test data is made and dropped all the time: a larger young generation is a tenth less work. */
const PROCESS = { isolate: false, execArgv: ['--max-semi-space-size=64'] };

const DEEP: Project[] = [
  { name: 'deep', include: [DEEP_ONLY, ...globSync(TESTS).filter(asksDepth)], ...PROCESS },
];

const USUAL: Project[] = [
  { name: 'unit', include: UNIT, exclude: [...ALONE, DEEP_ONLY], isolate: false, pool: 'threads' },
  { name: 'unit-alone', include: ALONE, exclude: [DEEP_ONLY] },
  { name: 'integration', include: [TESTS], exclude: [...UNIT, DEEP_ONLY], ...PROCESS },
];

export default defineConfig({
  test: {
    tags: [{ name: 'deep', description: 'Does more in npm run test:deep, which runs nothing else.' }],
    projects: (process.env.TEST_DEPTH === 'deep' ? DEEP : USUAL).map((test) => ({ extends: true, test })),
    globalSetup: 'test/support/run.ts',
    setupFiles: 'test/support/each-file.ts',
    sequence: { sequencer: LongestFirst },
    // Tests wait for engines and processes as often as they work.
    maxWorkers: 3,
    maxConcurrency: 10,
    // Some tests play thousands of calls; on a slow, shared machine, measured for coverage, they take half of this.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      // Commands and bundles run as people run them: in processes of their own.
      autoAttachSubprocess: true,
      reporter: [['text', { skipFull: true }], 'json-summary'],
      thresholds: { lines: 95, branches: 95 },
    },
  },
});
