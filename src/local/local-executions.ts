import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { Env } from '../contract/env.ts';
import { SWEEP_MINUTES } from '../contract/functions.ts';
import { MINUTE_MS } from '../domain/instant.ts';
import type { StreamHandler } from '../platform/stream-records.ts';
import { createPublishStream } from '../publish/handler.ts';
import { openPublish } from '../publish/open-publish.ts';
import { startLanes } from '../publish/start-lanes.ts';
import { sweepPublish } from '../publish/sweep.ts';
import type { Platform } from '../wiring/open.ts';
import type { Sender } from '../wiring/open-sender.ts';
import { every } from './every.ts';
import { startSending } from './local-sending.ts';

/** How often lanes are started that have something due. */
const LANES_MS = 1_000;

/** `handler`: reads the stream beside correlation. `sender`: sends in this process. */
export type LocalExecutions = { handler: StreamHandler; sender: Sender };

/** Runs publishing and sending in this process, with the functions Lambda runs. `owned` ends both. */
export const startExecutions = (
  env: Env,
  platform: Platform & { dynamodb: DynamoDBClientConfig },
  owned: AsyncDisposableStack,
): LocalExecutions => {
  const { log } = platform;
  const { stop, ...sender } = startSending(env, platform);
  owned.defer(stop);
  const deps = openPublish(env, { ...platform, sender });
  const lanes = () => startLanes(deps, { measure: false });
  owned.defer(every({ ms: LANES_MS, what: 'starting lanes', work: lanes, log }));
  const sweep = () => sweepPublish(deps);
  owned.defer(every({ ms: SWEEP_MINUTES * MINUTE_MS, what: 'the sweep of publishing', work: sweep, log }));
  return { handler: createPublishStream(deps), sender };
};
