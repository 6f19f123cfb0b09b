import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import type { ManageApi } from '../../../src/cli/api/api.ts';
import { PRIORITIES, type Priority } from '../../../src/domain/subscription.ts';
import { chunks } from '../../../src/platform/chunks.ts';
import { type Goal, judge, printTable } from '../shared/section.ts';
import { bodyOfPriority, deliverAt } from './deliveries.ts';
import { startSendingInstance, subscribe, turn } from './sending-instance.ts';
import { startTarget, untilCame } from './targets.ts';

/** One of ten sent is of low priority; where a window begins and ends may cost it some. */
const LEAST_LOW = 0.05;

const SHORT = { each: 20, window: 10 };
const FULL = { each: 300, window: 50 };

const PER_SECOND = 50;
const POLL_MS = 200;
const LONGEST_MS = 120_000;

/** As Jira names them. */
const NAMES: Record<Priority, string> = { high: 'High', normal: 'Medium', low: 'Low' };

const stats = z.object({ executions: z.object({ queued: z.number() }) });

const untilQueued = async (api: ManageApi, wanted: number): Promise<void> => {
  for (const end = performance.now() + LONGEST_MS; ; await sleep(POLL_MS)) {
    const { queued } = (await api.get('/stats', stats)).executions;
    if (queued >= wanted) return;
    if (performance.now() > end) throw new Error(`Only ${queued} of ${wanted} executions were made in time`);
  }
};

const shares = (window: readonly Priority[]): Record<Priority, number> => {
  const of = (priority: Priority) => window.filter((one) => one === priority).length / window.length;
  return { high: of('high'), normal: of('normal'), low: of('low') };
};

/** Windows in which something of each priority still waited. */
const whileAllWait = (windows: readonly Priority[][], order: readonly Priority[]): Priority[][] => {
  const firstDone = Math.min(...PRIORITIES.map((priority) => order.lastIndexOf(priority)));
  let sent = 0;
  return windows.filter((window) => {
    sent += window.length;
    return sent <= firstDone + 1;
  });
};

/** In which order a target gets what had waited for it, as many of each priority. */
const sendBacklog = async (each: number, owned: AsyncDisposableStack): Promise<Priority[]> => {
  const target = await startTarget(owned);
  const { url, api } = await startSendingInstance(owned);
  const made = await subscribe(api, target.url, { priority: 'by_issue' });
  const paused = await turn(api, made, 'pause');
  const priorities = Array.from({ length: each }, () => PRIORITIES).flat();
  const bodies = priorities.map((priority, issue) => bodyOfPriority(issue, NAMES[priority]));
  const sent = await deliverAt(url, bodies, PER_SECOND);
  await untilQueued(api, sent.length);
  await turn(api, paused, 'resume');
  const priorityOf = new Map(sent.map(({ event_id }, index) => [event_id, priorities[index] ?? 'normal']));
  await untilCame(target, [...priorityOf.keys()]);
  return [...target.came.keys()].map((event_id) => priorityOf.get(event_id) ?? 'normal');
};

/** What each priority gets of a lane while others wait, too. */
export const backlog = async (short: boolean, parent: AsyncDisposableStack): Promise<Goal[]> => {
  await using owned = parent.use(new AsyncDisposableStack());
  const { each, window } = short ? SHORT : FULL;
  const order = await sendBacklog(each, owned);
  const windows = chunks(order, window);
  const percent = (part: readonly Priority[]) =>
    PRIORITIES.map((priority) => (shares(part)[priority] * 100).toFixed(0));
  printTable(
    `   A backlog of ${each} of each priority to one target, in the order in which they came`,
    ['sent', 'high %', 'normal %', 'low %'],
    windows.map((part, index) => [
      `${index * window + 1} to ${index * window + part.length}`,
      ...percent(part),
    ]),
  );
  const least = Math.min(...whileAllWait(windows, order).map((part) => shares(part).low));
  return [judge(`least share of low priority in ${window} sent, while all wait`, least, '>=', LEAST_LOW)];
};
