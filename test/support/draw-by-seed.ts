import fc from 'fast-check';
import { restartNoise, SEED } from './seed.ts';

// Before each test file.
fc.configureGlobal({ seed: SEED });
restartNoise();
