import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import { pino } from 'pino';
import type * as z from 'zod/mini';
import { artifactsIn } from '../../src/correlate/documents/artifact-store.ts';
import { runDocument } from '../../src/correlate/documents/schema.ts';
import type { BatchDeps } from '../../src/correlate/run/scope.ts';
import { createStreamHandler } from '../../src/correlate/run/stream-handler.ts';
import { DEFAULT_TENANT } from '../../src/domain/tenant.ts';
import { localContext } from '../../src/local/lambda-input.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { objectsInFolder } from '../../src/platform/objects-in-folder.ts';
import type { Item } from '../../src/store/calls/table.ts';
import type { TestApp } from './app.ts';

type LogLine = Record<string, unknown>;

export type TestCorrelation = {
  deps: BatchDeps;
  /** A record for every event in the table, as if the stream brought them all. */
  records(): Promise<DynamoDBRecord[]>;
  /** Hands records to the stream handler; all of them without any. */
  run(records?: DynamoDBRecord[]): Promise<DynamoDBBatchResponse>;
  /** Names of the run documents, oldest first. */
  documents(): string[];
  latest(): z.output<typeof runDocument>;
  /** Where the artifacts lie. */
  folder: string;
  lines: LogLine[];
  [Symbol.dispose](): void;
};

const FOLDER = 'artifacts/issues/wave3/jira_webhook';

/** Names of the run documents in an artifacts folder, oldest first. */
const documentsIn = (folder: string): string[] => {
  const path = join(folder, FOLDER);
  const names = existsSync(path) ? readdirSync(path) : [];
  return names.filter((name) => name.endsWith('.json') && !name.startsWith('latest')).sort();
};

/** Everything in a table. */
export const scanTable = async ({ events }: TestApp): Promise<Item[]> => {
  const items: Item[] = [];
  let ExclusiveStartKey: Item | undefined;
  do {
    const page = await events.table.documentClient.send(
      new ScanCommand({ TableName: events.table.name, ConsistentRead: true, ExclusiveStartKey }),
    );
    items.push(...(page.Items ?? []));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return items;
};

/** A stream record of a row, with keys only. */
export const toRecord = (
  pk: string,
  sk: string,
  eventName: 'INSERT' | 'MODIFY',
  index: number,
): DynamoDBRecord => ({
  eventID: String(index),
  eventName,
  eventSource: 'aws:dynamodb',
  dynamodb: { Keys: { pk: { S: pk }, sk: { S: sk } }, SequenceNumber: String(index + 1).padStart(21, '0') },
});

/** The correlate function over an app's table, with a folder of its own for artifacts. */
export const startCorrelation = (app: TestApp, change: Partial<BatchDeps> = {}): TestCorrelation => {
  // Made by the first artifact: most tests look at none.
  const folder = join(tmpdir(), `jira-webhook-sync-test-${randomUUID()}`);
  const lines: LogLine[] = [];
  const deps: BatchDeps = {
    table: app.events.table,
    tenant: DEFAULT_TENANT,
    home: DEFAULT_TENANT,
    site_tenant: null,
    rawBodies: app.events.rawBodies,
    artifacts: artifactsIn(objectsInFolder(folder)),
    git_sha: 'test',
    count: () => {},
    clock: systemClock,
    log: pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) }),
    ...change,
  };
  const handler = createStreamHandler(deps);
  const records = async () => {
    const rows = (await scanTable(app)).filter(({ sk }) => sk === 'E');
    return rows.map(({ pk, sk }, index) => toRecord(String(pk), String(sk), 'INSERT', index));
  };
  return {
    deps,
    records,
    run: async (some) => handler({ Records: some ?? (await records()) }, localContext('test', systemClock)),
    documents: () => documentsIn(folder),
    folder,
    latest: () => runDocument.parse(JSON.parse(readFileSync(join(folder, FOLDER, 'latest.json'), 'utf8'))),
    lines,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
};
