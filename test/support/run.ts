import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

const SEEDS = 2 ** 31;

/** The seed that the environment names, or a new one. @throws Error when it names something else */
export const readSeed = (named: string | undefined): number => {
  const seed = named === undefined || named === '' ? randomInt(SEEDS) : Number(named);
  if (Number.isInteger(seed) && seed >= 0 && seed < SEEDS) return seed;
  throw new Error(`SEED is ${JSON.stringify(named)}: it must be a whole number from 0 to ${SEEDS - 1}.`);
};

/**
 * Around a whole run: a folder for what its files share, and the seed of its draws, which is said at the start, and
 * again where something failed.
 */
export default ({ vitest }: TestProject): (() => void) => {
  const seed = readSeed(process.env.SEED);
  process.env.SEED = String(seed);
  // Not on standard output, where a reporter may write JSON.
  console.error(`SEED=${seed}`);
  const folder = mkdtempSync(join(tmpdir(), 'test-run-'));
  process.env.TEST_RUN_FOLDER = folder;
  return () => {
    rmSync(folder, { recursive: true });
    const failed = vitest.state.getCountOfFailedTests() + vitest.state.getUnhandledErrors().length;
    if (failed > 0) console.error(`The same draws again: SEED=${seed} npx vitest run <file>`);
  };
};
