import { setTimeout as timer } from 'node:timers/promises';
import type { Env } from '../contract/env.ts';
import { type PingAnswer, sendMessage } from '../contract/send-message.ts';
import type { Logger } from '../platform/logger.ts';
import { openMetrics } from '../platform/metrics.ts';
import { createResolver } from '../platform/resolve-target.ts';
import { targetRules } from '../platform/target-url.ts';
import { rawBodiesIn } from '../store/events/put-event.ts';
import { openMasters, openObjects, openTable, type Platform } from '../wiring/open.ts';
import type { LaneReport } from './lane/lane.ts';
import type { Notify } from './lane/notes.ts';
import { createSender, type ProcessSender } from './lane/sender.ts';
import { attempt, ping } from './target/attempt.ts';

/**
 * Opens the sender, as the environment configures it. `stop`: claims in progress are given back, and nothing more is
 * started.
 */
export const openSend = (env: Env, platform: Platform & { stop?: AbortSignal }): ProcessSender => {
  const { clock, log, stop = new AbortController().signal } = platform;
  const table = openTable(env, platform.dynamodb);
  const reach = {
    masters: openMasters(env, platform),
    rules: targetRules(env),
    resolve: platform.resolve ?? createResolver(),
    clock,
  };
  const bodies = { table, rawBodies: rawBodiesIn(openObjects(env)) };
  return createSender({
    table,
    clock,
    log,
    stop,
    count: platform.count ?? openMetrics(env),
    sleep: (ms, signal) => timer(ms, undefined, { signal }),
    chance: Math.random,
    attempt: (due, signal) => attempt({ ...reach, ...bodies }, due, signal),
    ping: (subscription) => ping(reach, subscription, stop),
    notify: notifyOf(env.ALARM_TOPIC_ARN, log),
  });
};

/** Without a topic, a notice is a log line. The client is loaded on first use: targets seldom open or are disabled. */
const notifyOf = (arn: string | undefined, log: Logger): Notify => {
  if (arn === undefined)
    return async ({ message, tenant_id, subscription_id }) =>
      log.error({ tenant_id, subscription_id }, message);
  return async (notice) => {
    const { openTopic } = await import('../platform/topic.ts');
    await openTopic(arn).publish(notice);
  };
};

/** Handles a message to the send function: a hint or a ping. @throws for a message that is neither */
export const createSendHandler =
  (sender: Pick<ProcessSender, 'send' | 'ping'>) =>
  async (event: unknown): Promise<LaneReport | PingAnswer> => {
    const message = sendMessage.parse(event);
    return message.task === 'send' ? sender.send(message) : sender.ping(message);
  };
