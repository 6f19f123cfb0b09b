import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { Env } from '../contract/env.ts';
import { describeFault } from '../errors/errors.ts';
import { within } from '../platform/deadline.ts';
import { openSend } from '../send/open-send.ts';
import type { Platform } from '../wiring/open.ts';
import type { Sender } from '../wiring/open-sender.ts';

/** Attempts that take longer are given up at the end: they are made again at the next start. */
const GRACE_MS = 10_000;

/** Sends in this process, as the Lambda function does. `stop` ends its lanes and waits for what is under way. */
export const startSending = (
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
      // Whoever tells does not wait until all is sent.
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
