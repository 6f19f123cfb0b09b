import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DynamoDBRecord } from 'aws-lambda';
import { readEnv } from '../../../src/contract/env.ts';
import { latestSummaryKey } from '../../../src/correlate/documents/artifact-store.ts';
import type { LatestSummary, Summary } from '../../../src/correlate/documents/schema.ts';
import { openCorrelation } from '../../../src/correlate/run/open-correlation.ts';
import { createStreamHandler } from '../../../src/correlate/run/stream-handler.ts';
import { embeddedConfig } from '../../../src/local/aws-config.ts';
import { startEngine } from '../../../src/local/engine.ts';
import { localContext } from '../../../src/local/lambda-input.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import type { Table } from '../../../src/store/calls/table.ts';
import { openApp, type TestApp } from '../../support/app.ts';
import { makeStill } from '../shared/still-table.ts';
import { tempFolder } from '../shared/temp-folder.ts';
import { type Meter, meterTable } from './meter.ts';

const HOME = { tenant: 'default', home: 'default' };
const LATEST_SUMMARY_KEY = latestSummaryKey(HOME);

/** A table of its own with the service before it: what takes deliveries in, and what correlates them. */
export type World = {
  app: TestApp;
  /** Correlation's own client of the table, and what goes through it. */
  table: Table;
  meter: Meter;
  /** Hands one batch to the real stream handler. @throws when anything of it was not handled */
  correlate(records: DynamoDBRecord[]): Promise<void>;
  /** What the document of the newest batch lists. */
  found(): Summary;
};

const TABLE_NAME = 'bench-correlation';

/** An empty table in an engine of its own. */
export const startWorld = async (owned: AsyncDisposableStack): Promise<World> => {
  const { endpoint, stop } = await startEngine();
  owned.defer(stop);
  await makeStill(endpoint, TABLE_NAME);
  const folder = tempFolder(owned);
  const quiet = { ARTIFACTS_DIR: folder, LOG_LEVEL: 'error' };
  const env = readEnv({ TABLE_NAME, JIRA_WEBHOOK_SECRET: 'bench', ...quiet });
  const faults: string[] = [];
  const log = createLogger(env, { write: (line) => void faults.push(line) });
  const deps = openCorrelation(env, { clock: systemClock, log, dynamodb: embeddedConfig(endpoint) });
  const meter = meterTable(deps.table);
  const handler = createStreamHandler(deps);
  return {
    app: openApp({ endpoint, tableName: TABLE_NAME, env: quiet }),
    table: deps.table,
    meter,
    correlate: async (Records) => {
      const { batchItemFailures } = await handler({ Records }, localContext('bench', systemClock));
      if (batchItemFailures.length > 0 || faults.length > 0)
        throw new Error(`Correlation failed: ${faults.join('') || 'records were reported back'}`);
    },
    found: () => {
      const latest: LatestSummary = JSON.parse(readFileSync(join(folder, LATEST_SUMMARY_KEY), 'utf8'));
      return latest.summary;
    },
  };
};
