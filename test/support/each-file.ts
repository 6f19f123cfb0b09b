import fc from 'fast-check';
import { afterAll, vi } from 'vitest';
import { restartNoise, SEED } from './seed.ts';

// Before each test file: it draws what the seed says, whatever its worker did before.
fc.configureGlobal({ seed: SEED });
restartNoise();

// After it: the next one finds what this one found.
afterAll(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});
