import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCorrelation } from '../../support/correlation.ts';
import { some } from '../../support/depth.ts';
import { startTestEngine } from '../../support/engine.ts';
import { startFaultProxy } from '../../support/fault-proxy.ts';
import { derivedRows } from './derived.ts';
import { check, prepareScenario, type Scenario, through } from './scenario.ts';

const LIMIT_MS = 400_000;
const WRITES = ['PutItem', 'UpdateItem', 'BatchWriteItem'];

let engine: Awaited<ReturnType<typeof startTestEngine>>;

beforeAll(async () => {
  engine = await startTestEngine();
});

afterAll(() => engine.stop());

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
  it(
    'is made good by the same records, after whichever write it ended',
    async () => {
      const prepare = await prepareScenario(engine.endpoint);
      const quiet = await quietRun(await prepare());
      expect(quiet.writes).toBeGreaterThan(30);
      for (const writes of some(4, [...Array(quiet.writes).keys()])) {
        const scenario = await prepare();
        await crashAfter(scenario, writes);
        using correlation = startCorrelation(scenario.app);
        const answer = await correlation.run(scenario.records);
        expect(answer, `after ${writes} writes`).toEqual({ batchItemFailures: [] });
        expect(await derivedRows(scenario.app), `after ${writes} writes`).toEqual(quiet.rows);
        await check(scenario.app);
      }
    },
    LIMIT_MS,
  );
});
