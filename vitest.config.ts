import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
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
