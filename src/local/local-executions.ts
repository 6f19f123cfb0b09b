import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { Env } from '../contract/env.ts';
import { SWEEP_MINUTES } from '../contract/functions.ts';
import { MINUTE_MS } from '../domain/instant.ts';
import { describeFault } from '../errors/errors.ts';
import { within } from '../platform/deadline.ts';
import type { Logger } from '../platform/logger.ts';
import type { StreamHandler } from '../platform/stream-records.ts';
import { createPublishStream } from '../publish/handler.ts';
import { openPublish } from '../publish/open-publish.ts';
import { startLanes } from '../publish/start-lanes.ts';
import { sweepPublish } from '../publish/sweep.ts';
import { openSend } from '../send/open-send.ts';
import type { Platform } from '../wiring/open.ts';
import type { Sender } from '../wiring/open-sender.ts';

/** How often lanes with something due are started. */
const LANES_MS = 1_000;

/** `handler`: a second reader of the stream, besides correlation. `sender`: sends in this process. */
export type LocalExecutions = { handler: StreamHandler; sender: Sender };

/** Runs publishing and sending in this process, with the same code as on Lambda. Disposing of `owned` stops both. */
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

/** On stop, attempts that take longer are abandoned; they are repeated after the next start. */
const GRACE_MS = 10_000;

/** Sends in this process, as the send function does. `stop` ends its lanes and waits for attempts in flight. */
const startSending = (
  env: Env,
  platform: Platform & { dynamodb: DynamoDBClientConfig },
): Sender & { stop(): Promise<void> } => {
  const { log } = platform;
  const stopping = new AbortController();
  const sender = openSend(env, { ...platform, stop: stopping.signal });
  return {
    hint: async (message) => {
      if (stopping.signal.aborted) return;
      const { tenant_id, subscription_id } = message;
      // Not awaited: the caller of a hint does not wait for the sending.
      sender.send(message).catch((fault) => {
        log.warn(
          { tenant_id, subscription_id, fault: describeFault(fault) },
          'a lane failed; it is started again',
        );
      });
    },
    ping: (message, signal) => within(signal, () => sender.ping(message)),
    stop: async () => {
      stopping.abort();
      await Promise.race([sender.settled(), new Promise((done) => setTimeout(done, GRACE_MS).unref())]);
    },
  };
};

/** A recurring task; `what` names it in log lines. */
type Recurring = { ms: number; what: string; work: () => Promise<unknown>; log: Logger };

/**
 * Runs a task now and then at an interval, never concurrently: runs that fall due meanwhile are skipped. Consecutive
 * failures are logged once, and so is the recovery.
 * @returns a function that stops it and waits for a running task
 */
export const every = ({ ms, what, work, log }: Recurring): (() => Promise<void>) => {
  let failing = false;
  let underWay: Promise<void> | null = null;
  const once = async (): Promise<void> => {
    try {
      await work();
      if (failing) log.info(`${what} works`);
      failing = false;
    } catch (fault) {
      if (!failing) log.error({ fault: describeFault(fault) }, `${what} failed; it is retried`);
      failing = true;
    }
    underWay = null;
  };
  const begin = (): void => {
    underWay ??= once();
  };
  begin();
  const timer = setInterval(begin, ms);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await underWay;
  };
};
