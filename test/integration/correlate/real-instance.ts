import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import * as z from 'zod/mini';
import { readEnv } from '../../../src/contract/env.ts';
import type { Source } from '../../../src/domain/source.ts';
import { startInstance } from '../../../src/local/run-instance.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { COMMIT_SECRETS, COMMITS_ON, type LogLine, SECRET, sign } from '../../support/app.ts';
import { getFrom } from '../../support/server-process.ts';

/** Everything an instance needs to take every source. */
export const SECRETS = {
  JIRA_WEBHOOK_SECRET: SECRET,
  ...COMMITS_ON,
};

export const TABLE_NAME = 'correlated';

/** A delivery, for `POST /webhooks/{source}`; `event` is what GitHub calls it. */
export type Sent = { source: Source; event: string | null; body: string };

const accepted = z.object({ event_id: z.string() });

/** Delivers over HTTP, signed, and is accepted. @returns the event's id */
export const deliver = async (url: string, { source, event, body }: Sent): Promise<string> => {
  const headers: Record<string, string> =
    source === 'jira'
      ? { 'X-Hub-Signature': sign(body) }
      : { 'X-Hub-Signature-256': sign(body, COMMIT_SECRETS[source]) };
  if (event !== null) headers['X-GitHub-Event'] = event;
  const answer = await fetch(`${url}/webhooks/${source}`, { method: 'POST', headers, body });
  const said = await answer.text();
  expect([200, 202], said).toContain(answer.status);
  return accepted.parse(JSON.parse(said)).event_id;
};

/** A whole instance in this process, its poller running, with a folder of its own and all that it logs. */
export const startRealInstance = async (more: NodeJS.ProcessEnv = {}) => {
  const folder = await mkdtemp(join(tmpdir(), 'jira-webhook-sync-test-'));
  const env = readEnv({ ...SECRETS, PORT: '0', ARTIFACTS_DIR: folder, TABLE_NAME, ...more });
  const lines: LogLine[] = [];
  const log = createLogger(env, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const instance = await startInstance({ env, log });
  return {
    url: instance.url,
    endpoint: instance.dynamodbEndpoint,
    folder,
    lines,
    correlated: instance.correlated,
    deliver: (sent: Sent) => deliver(instance.url, sent),
    get: (target: string) => getFrom(instance.url, target),
    stop: async (): Promise<void> => {
      await instance.stop();
      await rm(folder, { recursive: true });
    },
  };
};

export type RealInstance = Awaited<ReturnType<typeof startRealInstance>>;
