import { describe, expect, it } from 'vitest';
import { startCorrelation } from '../../support/correlation.ts';
import { depth } from '../../support/depth.ts';
import { startFaultProxy } from '../../support/fault-proxy.ts';
import { randomOf } from '../../support/random.ts';
import { SEED } from '../../support/seed.ts';
import { useEngine } from '../../support/use-engine.ts';
import { derivedRows } from './derived.ts';
import { check, prepareScenario, type Scenario, through } from './scenario.ts';

const LIMIT_MS = 400_000;
/** Writes of one kind follow each other: in `npm run test:deep` every third is the last of a run. */
const EVERY = 3;
const WRITES = ['PutItem', 'UpdateItem', 'BatchWriteItem'];

const engine = useEngine();

/** How many writes an undisturbed run does, and what it ends in. */
const quietRun = async ({ app, records }: Scenario): Promise<{ writes: number; rows: string[] }> => {
  const proxy = await startFaultProxy(engine.endpoint);
  using correlation = through(app, proxy);
  await correlation.run(records);
  await proxy.close();
  await check(app);
  const writes = proxy.seen.filter(({ operation }) => WRITES.includes(operation)).length;
  return { writes, rows: await derivedRows(app) };
};

/** Lets a run do so many writes; what comes after them never reaches the table, and nobody waits for it. */
const crashAfter = async ({ app, records }: Scenario, writes: number): Promise<void> => {
  const proxy = await startFaultProxy(engine.endpoint);
  using correlation = through(app, proxy);
  proxy.fail({ kind: 'hang' }, { operations: WRITES, skip: writes });
  const struck = proxy.nextStrike();
  await Promise.race([struck, correlation.run(records)]);
  await proxy.close();
};

describe('a batch that ends in the middle', () => {
  it('is completed by the same records, after whichever write it ended', {
    tags: ['deep'],
    timeout: LIMIT_MS,
  }, async () => {
    const prepare = await prepareScenario(engine.endpoint);
    const quiet = await quietRun(await prepare());
    expect(quiet.writes).toBeGreaterThan(30);
    const step = depth(Math.ceil(quiet.writes / 2), EVERY);
    for (let writes = Math.floor(randomOf(SEED)() * step); writes < quiet.writes; writes += step) {
      const scenario = await prepare();
      await crashAfter(scenario, writes);
      using correlation = startCorrelation(scenario.app);
      const answer = await correlation.run(scenario.records);
      expect(answer, `after ${writes} writes`).toEqual({ batchItemFailures: [] });
      expect(await derivedRows(scenario.app), `after ${writes} writes`).toEqual(quiet.rows);
      await check(scenario.app);
    }
  });
});
