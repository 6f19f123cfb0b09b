import { defineConfig } from 'vitest/config';
import { TESTS } from './parts.ts';

/** The tests of the part that is mutated; they run again for every change they touch. */
export default defineConfig({
  test: {
    include: TESTS[process.env.MUTATED_PART ?? ''] ?? [],
    setupFiles: ['test/support/each-file.ts', 'test/mutation/skip-slow.ts'],
    // The same draws for every change, so that scores can be compared.
    env: { SEED: process.env.SEED ?? '1' },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
