import pMap from 'p-map';
import { DAY_MS, HOUR_MS, MINUTE_MS, parseInstant, toPhoenixDay, toUtcIso } from '../../domain/instant.ts';
import { isCalendarDay } from '../../domain/phoenix-day.ts';
import type { ManageApi, Query } from '../api/api.ts';
import { RefusedError } from '../api/refusal.ts';
import { CommandError, type ExitCode, UsageError } from '../shared/command.ts';
import type { Progress } from '../shared/terminal.ts';
import { executionPages, type ShownExecution, shownExecution } from './row.ts';

export type RetryTools = {
  ask(question: string): Promise<boolean>;
  say(text: string): void;
  progress(what: string, total: number): Progress;
  /** Aborted by Ctrl-C. */
  stopped: AbortSignal;
};

/** Which executions to retry: those with a status and, unless null, of one subscription. */
export type Wanted = {
  status: string;
  since_ms: number;
  subscription: { id: string; name: string } | null;
};

/** Concurrent requests to the API; targets have their own limits. */
const AT_ONCE = 4;

const PAGE = '100';

export const retryOne = (api: ManageApi, executionId: string): Promise<ShownExecution> =>
  api.send('POST', `/executions/${executionId}/retry`, shownExecution, { body: {} });

/** Counts the wanted executions, asks, and queues them all again, until stopped. */
export const retryMany = async (
  api: ManageApi,
  wanted: Wanted,
  tools: RetryTools,
  nowMs: number,
): Promise<ExitCode> => {
  const ids = await findWanted(api, wanted, nowMs, tools.stopped);
  const what = describe(wanted, ids.length);
  if (tools.stopped.aborted) return end(tools, 'Stopped: nothing was changed.');
  if (ids.length === 0) return end(tools, `There are ${what}.`, 0);
  if (!(await tools.ask(`Retry ${what}?`))) return 1;
  const ended = await retryAll(api, ids, tools);
  tools.say(summarize(ended, ids.length));
  return ended.queued + ended.left.length === ids.length ? 0 : 1;
};

const end = ({ say }: RetryTools, text: string, code: ExitCode = 1): ExitCode => {
  say(text);
  return code;
};

/** Ids, oldest first: those have waited longest. */
const findWanted = async (
  api: ManageApi,
  { status, since_ms, subscription }: Wanted,
  nowMs: number,
  stopped: AbortSignal,
): Promise<string[]> => {
  const query: Query = { status, limit: PAGE, ...(subscription && { subscription: subscription.id }) };
  const found: string[] = [];
  for (const date of daysSince(since_ms, nowMs))
    for await (const page of executionPages(api, '/executions', { ...query, date })) {
      const recent = page.filter(({ created_at }) => Date.parse(created_at) >= since_ms);
      found.push(...recent.map(({ execution_id }) => execution_id));
      if (stopped.aborted || recent.length < page.length) break;
    }
  return found.reverse();
};

const describe = ({ status, since_ms, subscription }: Wanted, count: number): string => {
  const many = `${count === 0 ? 'no' : count} ${status} ${count === 1 ? 'execution' : 'executions'}`;
  return `${many}${subscription === null ? '' : ` of "${subscription.name}"`} made since ${toUtcIso(since_ms)}`;
};

/** `left`: why some were left as they are. `failures`: why others could not be queued. */
type Ended = { queued: number; left: string[]; failures: string[] };

const retryAll = async (api: ManageApi, ids: string[], tools: RetryTools): Promise<Ended> => {
  const ended: Ended = { queued: 0, left: [], failures: [] };
  const bar = tools.progress('retrying', ids.length);
  try {
    await pMap(ids, (id) => count(api, id, ended, tools.stopped).finally(() => bar.step()), {
      concurrency: AT_ONCE,
    });
  } finally {
    bar.stop();
  }
  return ended;
};

/**
 * A failure must not stop the other retries. Left as they are: executions that are no longer stored (404), were retried
 * meanwhile, or whose subscription is deleted (409).
 */
const count = async (api: ManageApi, id: string, ended: Ended, stopped: AbortSignal): Promise<void> => {
  if (stopped.aborted) return;
  try {
    await retryOne(api, id);
    ended.queued += 1;
  } catch (fault) {
    if (!(fault instanceof CommandError)) throw fault;
    if (fault instanceof RefusedError && [404, 409].includes(fault.status)) ended.left.push(fault.message);
    else ended.failures.push(fault.message);
  }
};

const summarize = ({ queued, left, failures }: Ended, all: number): string => {
  const stopped = all - queued - left.length - failures.length;
  return [
    `Queued again: ${queued} of ${all}.`,
    ...(left.length > 0 ? [`Left as they are: ${left.length}. The first: ${left[0]}`] : []),
    ...(failures.length > 0 ? [`Failed: ${failures.length}. The first: ${failures[0]}`] : []),
    ...(stopped > 0 ? [`Stopped before ${stopped} of them: run it again for these.`] : []),
  ].join('\n');
};

const UNITS: Readonly<Record<string, number>> = { m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };

/** Bounds the range, as each day takes requests of its own. */
const MOST_DAYS = 400;

/** Parses `--since` to an instant. @throws UsageError if it is invalid, in the future or more than 400 days ago */
export const readSince = (text: string, nowMs: number): number => {
  const ms = agoOf(text, nowMs) ?? dayOf(text) ?? parseInstant(text);
  if (ms === null)
    throw new UsageError(
      '--since must be 30m, 2h, 3d, a day such as 2026-11-22, or 2026-11-22T10:00:00-07:00',
    );
  if (ms > nowMs || ms < nowMs - MOST_DAYS * DAY_MS)
    throw new UsageError(`--since must be in the last ${MOST_DAYS} days`);
  return ms;
};

const agoOf = (text: string, nowMs: number): number | null => {
  const [, count, unit = ''] = /^([1-9]\d{0,4})([mhd])$/.exec(text) ?? [];
  const length = UNITS[unit];
  return length === undefined ? null : nowMs - Number(count) * length;
};

const dayOf = (text: string): number | null =>
  isCalendarDay(text) ? parseInstant(`${text}T00:00:00-07:00`) : null;

/** Phoenix days from now back to an instant, newest first. */
export const daysSince = (sinceMs: number, nowMs: number): string[] => {
  const days = [toPhoenixDay(nowMs)];
  for (let ms = nowMs - DAY_MS; toPhoenixDay(ms) >= toPhoenixDay(sinceMs); ms -= DAY_MS)
    days.push(toPhoenixDay(ms));
  return days;
};
