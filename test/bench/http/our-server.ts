import type { Connection } from '../../../src/domain/connection.ts';
import { readLocalEnv } from '../../../src/local/local-env.ts';
import { type Instance, startInstance } from '../../../src/local/run-instance.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { putIf } from '../../../src/store/calls/conditional-write.ts';
import { connectionItem } from '../../../src/store/connections/connection-row.ts';
import { openTable } from '../../../src/wiring/open.ts';
import { serveParent } from './child-side.ts';

/** What the parent wants: whether the stream is read, too, and a connection that is there. */
export type OurSetup = { correlate: boolean; connection?: Connection };

const putConnection = async ({ dynamodb, tableName }: Instance, connection: Connection): Promise<void> => {
  const table = openTable(readLocalEnv({ ...process.env, TABLE_NAME: tableName }), dynamodb);
  const item = connectionItem(connection);
  await putIf(
    { table, signal: AbortSignal.timeout(10_000) },
    { item, condition: 'attribute_not_exists(pk)' },
  );
};

/** The real instance, as `npm start` runs it, with its log as JSON lines. */
await serveParent<OurSetup>(async ({ correlate, connection }, owned) => {
  const env = readLocalEnv(process.env);
  const instance = await startInstance({ env, log: createLogger(env), correlate });
  owned.defer(instance.stop);
  if (connection) await putConnection(instance, connection);
  return { url: instance.url, correlated: instance.correlated };
});
