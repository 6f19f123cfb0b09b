import { vi } from 'vitest';
import { type AppOptions, createTable, openApp, SECRET, type TestApp } from './app.ts';
import { startTestEngine } from './engine.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { bodyOf, fullUpdate } from './jira-deliveries.ts';
import { type FakeS3, startS3 } from './s3.ts';
import { type FakeSecretsManager, startSecretsManager } from './secrets-manager.ts';
import { noise } from './seed.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:webhooks-AbCdEf';
const BUCKET = 'artifacts-of-the-tests';

/** A dependency that can be spoiled, and an app, a process of its own, that uses it. */
type Spoilable<Dependency> = { dependency: Dependency; open(env?: NodeJS.ProcessEnv): TestApp };

/** A database, and ways to put something that can be spoiled between it and an app, or beside it. */
export type Dependencies = {
  /** The table without anything in between. */
  reader: TestApp;
  behindProxy(): Promise<Spoilable<FaultProxy>>;
  withSecretStore(): Promise<Spoilable<FakeSecretsManager>>;
  /** One at a time: the SDK finds it by the process's environment, as it finds S3. */
  withS3(): Promise<Spoilable<FakeS3>>;
  close(): Promise<void>;
};

/** Starts the database; everything else is started when asked for, and all of it is closed together. */
export const startDependencies = async (): Promise<Dependencies> => {
  const owned = new AsyncDisposableStack();
  const engine = await startTestEngine();
  owned.defer(() => engine.stop());
  owned.defer(() => void vi.unstubAllEnvs());
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example');
  const tableName = await createTable(engine.endpoint);
  const open = (options: Partial<AppOptions> = {}) =>
    openApp({ endpoint: engine.endpoint, tableName, inTime: true, ...options });
  return {
    reader: open(),
    behindProxy: async () => {
      const dependency = await startFaultProxy(engine.endpoint);
      owned.defer(dependency.close);
      return { dependency, open: (env = {}) => open({ endpoint: dependency.endpoint, env }) };
    },
    withSecretStore: async () => {
      const dependency = await startSecretsManager(ARN);
      owned.defer(dependency.close);
      dependency.put(JSON.stringify({ jira_webhook_secret: SECRET }), Date.UTC(2024, 0));
      const aws = {
        JIRA_WEBHOOK_SECRET: undefined,
        JIRA_WEBHOOK_SECRET_ARN: ARN,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: dependency.endpoint,
      };
      return { dependency, open: (env = {}) => open({ env: { ...aws, ...env } }) };
    },
    withS3: async () => {
      const dependency = await startS3(BUCKET);
      owned.defer(dependency.close);
      vi.stubEnv('AWS_ENDPOINT_URL_S3', dependency.endpoint);
      return { dependency, open: (env = {}) => open({ env: { ARTIFACTS_BUCKET: BUCKET, ...env } }) };
    },
    close: () => owned.disposeAsync(),
  };
};

/** Text that no compression makes smaller than three quarters. */
export const incompressible = (characters: number): string =>
  noise(characters).toString('base64').slice(0, characters);

let issues = 0;

/** A full update of an issue nobody has seen; `text` makes it large. */
export const freshDelivery = (text = 'small'): { id: string; key: string; body: string } => {
  issues += 1;
  const id = String(900_000 + issues);
  const key = `FRESH-${issues}`;
  return { id, key, body: bodyOf(fullUpdate({ id, key, text })) };
};

/** One whose raw body is too large for an item; what of it nobody reads takes no time to be made small. */
export const largeDelivery = (): ReturnType<typeof freshDelivery> => {
  const { id, key, body } = freshDelivery();
  return { id, key, body: JSON.stringify({ ...JSON.parse(body), unread: incompressible(600_000) }) };
};
