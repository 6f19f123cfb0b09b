import { signatureOf } from '../../../src/cli/shared/exchange.ts';
import { readEnv } from '../../../src/contract/env.ts';
import { startEngine } from '../../../src/local/engine.ts';
import { startInstance } from '../../../src/local/run-instance.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { type MeteringProxy, startMeteringProxy } from '../../support/metering-proxy.ts';
import { tempFolder } from './temp-folder.ts';

const SECRET = 'bench';

export type MeteredInstance = {
  /** The embedded database itself, past the meter. */
  endpoint: string;
  tableName: string;
  proxy: MeteringProxy;
  /** Sends the bytes signed. @throws when the service is to blame for the answer */
  deliver(bytes: Buffer): Promise<void>;
};

const deliverTo =
  (url: string) =>
  async (bytes: Buffer): Promise<void> => {
    const headers = { 'x-hub-signature': signatureOf(SECRET, bytes) };
    const response = await fetch(`${url}/webhooks/jira`, { method: 'POST', headers, body: bytes });
    await response.arrayBuffer();
    if (response.status >= 500 || response.status === 401)
      throw new Error(`A delivery was answered ${response.status}`);
  };

/** An instance in this process before an empty table, with a meter between them. */
export const startMeteredInstance = async (owned: AsyncDisposableStack): Promise<MeteredInstance> => {
  const engine = await startEngine();
  owned.defer(engine.stop);
  const proxy = await startMeteringProxy(engine.endpoint);
  owned.defer(proxy.close);
  const env = readEnv({
    JIRA_WEBHOOK_SECRET: SECRET,
    AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint,
    ARTIFACTS_DIR: tempFolder(owned),
    LOG_LEVEL: 'fatal',
    PORT: '0',
  });
  const instance = await startInstance({ env, log: createLogger(env) });
  owned.defer(instance.stop);
  const { endpoint } = engine;
  return { endpoint, tableName: instance.tableName, proxy, deliver: deliverTo(instance.url) };
};
