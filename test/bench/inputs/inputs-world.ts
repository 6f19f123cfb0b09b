import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnv } from '../../../src/contract/env.ts';
import type { ArtifactStore } from '../../../src/correlate/documents/artifact-store.ts';
import { latestSummaryKey } from '../../../src/correlate/documents/artifact-store.ts';
import type { LatestSummary } from '../../../src/correlate/documents/schema.ts';
import { openCorrelation } from '../../../src/correlate/run/open-correlation.ts';
import { createStreamHandler } from '../../../src/correlate/run/stream-handler.ts';
import { sweepEvents } from '../../../src/correlate/run/sweep-events.ts';
import { embeddedConfig } from '../../../src/local/aws-config.ts';
import { startEngine } from '../../../src/local/engine.ts';
import { localContext } from '../../../src/local/lambda-input.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { createTable, openApp } from '../../support/app.ts';
import { meterTable } from '../correlation/meter.ts';
import type { World } from '../correlation/world.ts';
import { tempFolder } from '../shared/temp-folder.ts';

const HOME = { tenant: 'default', home: 'default' };
const LATEST_SUMMARY_KEY = latestSummaryKey(HOME);

/** Bytes of what goes to the artifact store. */
type Written = { documents: number[]; summaries: number[] };

/** How long every call of correlation waits before it is made (milliseconds). */
type Delay = { ms: number };

/** The service on an empty table, with correlation's calls, log lines and artifacts counted. */
export type InputsWorld = World & {
  delay: Delay;
  reads: ReadsByLetter;
  /** A sweep as it runs 20 minutes from now, when all events are old enough for it. */
  sweep(): Promise<void>;
  written: Written;
  /** Lines of correlation's log, each with its line end. */
  lines: string[];
};

const SWEEP_LATER_MS = 20 * 60_000;
const RETENTION_DAYS = 30;

/** Counts bytes and keeps the newest summary: how long a store takes is not this machine's to tell. */
const countingStore = (written: Written, delay: Delay): ArtifactStore & { newest: LatestSummary | null } => {
  const store: ReturnType<typeof countingStore> = {
    newest: null,
    put: async (_key, bytes) => {
      await sleep(delay.ms);
      written.documents.push(bytes.length);
    },
    replaceIfNewer: async (key, bytes) => {
      await sleep(2 * delay.ms); // It is read before it is written.
      if (key !== LATEST_SUMMARY_KEY) return true;
      written.summaries.push(bytes.length);
      store.newest = JSON.parse(Buffer.from(bytes).toString());
      return true;
    },
  };
  return store;
};

/** Read calls by the first letter of the partition they ask: `I` an issue, `K` a key (`src/store/calls/keys.ts`). */
type ReadsByLetter = Map<string, number>;

/** The partitions that one call reads, by their first letter. */
const lettersRead = (commandName: string | undefined, input: unknown): string[] =>
  /^(GetItem|BatchGet|Query)/.test(commandName ?? '')
    ? [...JSON.stringify(input).matchAll(/"(?:pk|:pk)":(?:\{"S":)?"(\w)/g)].map((match) => match[1] ?? '')
    : [];

/** Counts what is read and, if wanted, waits. Before the first call: a client remembers its middleware. */
const listen = (
  { middlewareStack }: Pick<DynamoDBClient, 'middlewareStack'>,
  delay: Delay,
  reads: ReadsByLetter,
): void =>
  middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        for (const letter of lettersRead(commandName, args.input))
          reads.set(letter, (reads.get(letter) ?? 0) + 1);
        if (delay.ms > 0) await sleep(delay.ms);
        return next(args);
      },
    { step: 'initialize', name: 'inputs' },
  );

export const startInputsWorld = async (owned: AsyncDisposableStack): Promise<InputsWorld> => {
  const { endpoint, stop } = await startEngine();
  owned.defer(stop);
  const tableName = await createTable(endpoint);
  const folder = { ARTIFACTS_DIR: tempFolder(owned), RC_LOG_JSON: 'true' };
  const env = readEnv({ TABLE_NAME: tableName, JIRA_WEBHOOK_SECRET: 'bench', ...folder });
  const lines: string[] = [];
  const log = createLogger(env, { write: (line) => void lines.push(line) });
  const opened = openCorrelation(env, { clock: systemClock, log, dynamodb: embeddedConfig(endpoint) });
  const delay: Delay = { ms: 0 };
  const written: Written = { documents: [], summaries: [] };
  const artifacts = countingStore(written, delay);
  const deps = { ...opened, artifacts, retention_days: RETENTION_DAYS };
  const meter = meterTable(deps.table);
  const reads: ReadsByLetter = new Map();
  listen(deps.table.client, delay, reads);
  listen(deps.table.documentClient, delay, reads);
  const handler = createStreamHandler(deps);
  return {
    app: openApp({ endpoint, tableName, env: folder }),
    table: deps.table,
    meter,
    delay,
    reads,
    written,
    lines,
    correlate: async (Records) => {
      const { batchItemFailures } = await handler({ Records }, localContext('bench', systemClock));
      if (batchItemFailures.length > 0) throw new Error('Records were reported back');
    },
    found: () => {
      if (artifacts.newest === null) throw new Error('No document was written');
      return artifacts.newest.summary;
    },
    sweep: async () => {
      const { found } = await sweepEvents({ ...deps, clock: () => systemClock() + SWEEP_LATER_MS });
      if (found > 0) throw new Error(`The sweep found ${found} events`);
    },
  };
};
