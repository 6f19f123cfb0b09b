import { defineConfig } from 'vitest/config';
import { TESTS } from './parts.ts';

/** The tests of the part that is mutated; they run again for every change they touch. */
export default defineConfig({
  test: {
    include: TESTS[process.env.MUTATED_PART ?? ''] ?? [],
    setupFiles: ['test/mutation/skip-slow.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
