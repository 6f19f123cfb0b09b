import { readLocalEnv } from '../../../src/local/local-env.ts';
import { startInstance } from '../../../src/local/run-instance.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { serveParent } from './child-side.ts';

/** What the parent wants: whether the stream is read, too. */
export type OurSetup = { correlate: boolean };

/** The real instance, as `npm start` runs it, with its log as JSON lines. */
await serveParent<OurSetup>(async ({ correlate }, owned) => {
  const env = readLocalEnv(process.env);
  const instance = await startInstance({ env, log: createLogger(env), correlate });
  owned.defer(instance.stop);
  return { url: instance.url, correlated: instance.correlated };
});
