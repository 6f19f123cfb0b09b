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

/** Everything that sends, as the environment names it. `stop`: what is under way is given back, and nothing more begins. */
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

/** Without a topic a log line tells. The client is loaded when it is first needed: targets seldom die. */
const notifyOf = (arn: string | undefined, log: Logger): Notify => {
  if (arn === undefined)
    return async ({ message, tenant_id, subscription_id }) =>
      log.error({ tenant_id, subscription_id }, message);
  return async (notice) => {
    const { openTopic } = await import('../platform/topic.ts');
    await openTopic(arn).publish(notice);
  };
};

/** What makes one process send: a hint, or a ping. @throws for a message that is neither */
export const createSendHandler =
  (sender: Pick<ProcessSender, 'send' | 'ping'>) =>
  async (event: unknown): Promise<LaneReport | PingAnswer> => {
    const message = sendMessage.parse(event);
    return message.task === 'send' ? sender.send(message) : sender.ping(message);
  };
