import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod/mini';
import { isRunning, processStart } from './processes.ts';
import { PROJECT_FOLDER } from './project.ts';

/** Where other commands find the most recently started instance. */
export const INSTANCE_FILE = join(PROJECT_FOLDER, '.local/instance.json');

const schema = z.object({
  pid: z.int().check(z.positive()),
  /** Together with the pid, identifies one process uniquely; null where there is no `/proc`. */
  process_start: z.nullable(z.string()),
  url: z.string(),
  dynamodb_endpoint: z.string(),
  table_name: z.string(),
  /** Absolute; null when a bucket is used. */
  artifacts_dir: z.nullable(z.string()),
  /** Null when the secret is behind an ARN. */
  secret: z.nullable(z.string()),
  /** The secret for commits from git; null as above. */
  commits_secret: z.nullable(z.string()),
  /** Authorizes requests that change connections: `Authorization: Bearer`. */
  manage_token: z.string(),
  /** UTC. */
  started_at: z.string(),
});

export type InstanceRecord = z.output<typeof schema>;

/** The running instance; null when the file is missing, not a record, or left by a process that has ended. */
export const readInstance = (file: string = INSTANCE_FILE): InstanceRecord | null => {
  const record = read(file);
  if (record === null || !isRunning(record.pid)) return null;
  const samePidUsedAgain = record.process_start !== null && record.process_start !== processStart(record.pid);
  return samePidUsedAgain ? null : record;
};

const read = (file: string): InstanceRecord | null => {
  try {
    const result = schema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    return result.success ? result.data : null;
  } catch {
    return null;
  }
};

type Described = Omit<InstanceRecord, 'pid' | 'process_start'>;

/** Writes the record of this process atomically (temporary file, then rename), readable by its owner only. */
export const writeInstance = (described: Described, file: string = INSTANCE_FILE): void => {
  const record: InstanceRecord = { pid: process.pid, process_start: processStart(process.pid), ...described };
  const aside = `${file}.${process.pid}`;
  mkdirSync(dirname(file), { recursive: true });
  rmSync(aside, { force: true });
  writeFileSync(aside, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  renameSync(aside, file);
};

/** Removes the record, unless another instance has written its own meanwhile. */
export const removeInstance = (file: string = INSTANCE_FILE): void => {
  if (read(file)?.pid === process.pid) rmSync(file, { force: true });
};
