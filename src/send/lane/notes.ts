import { SEND_MINUTES } from '../../contract/functions.ts';
import { LAST_INSTANT_MS, MINUTE_MS, toUtcIso } from '../../domain/instant.ts';
import { PRIORITIES } from '../../domain/subscription.ts';
import { describeFault } from '../../errors/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Count } from '../../platform/metrics.ts';
import type { Place, Table } from '../../store/calls/table.ts';
import { countDue } from '../../store/executions/due.ts';
import { putNotice, readNotice, takeNoticeTurn } from '../../store/subscriptions/notices.ts';
import type { SubscriptionRow } from '../../store/subscriptions/subscription-row.ts';
import type { LaneRows } from './lane-rows.ts';

/** A notice to people about an open or disabled target. Ids are attributes, so that teams can filter for their own. */
export type Notice = { tenant_id: string; subscription_id: string; subject: string; message: string };

/** @throws if the notice could not be sent */
export type Notify = (notice: Notice) => Promise<void>;

type NoteDeps = {
  table: Table;
  rows: Pick<LaneRows, 'due'>;
  clock: Clock;
  sleep: (ms: number, signal?: AbortSignal) => Promise<unknown>;
  stop: AbortSignal;
  log: Logger;
  count: Count;
  notify: Notify;
};

/** The notices of one lane. */
export type Notes = {
  onStatus(row: SubscriptionRow): Promise<void>;
  /**
   * To be called once the lane is given back, because it may have to wait for its turn to send. Never rejects: it is
   * retried with the next probe, or within a minute.
   */
  tell(): Promise<void>;
};

/** @param first the row as the lane found it: people may not have been told yet that its target is open */
export const notesOf = (deps: NoteDeps, first: SubscriptionRow): Notes => {
  let last = first;
  const untilMs = deps.clock() + SEND_MINUTES * MINUTE_MS;
  return {
    onStatus: async (row) => {
      last = row;
      if (row.status === 'open') deps.count('TargetOpened');
      if (row.status === 'disabled') deps.count('TargetDisabled');
    },
    tell: async () => {
      const { tenant_id, subscription_id } = last;
      try {
        if (last.status === 'open' || last.status === 'disabled') await tellOnce(deps, last, untilMs);
      } catch (fault) {
        deps.log.error(
          { tenant_id, subscription_id, reason: describeFault(fault) },
          'people not told of a target',
        );
      }
    },
  };
};

const CALL_MS = 10_000;

/** @param untilMs how long to wait for a turn: the function ends soon after */
const tellOnce = async (deps: NoteDeps, row: SubscriptionRow, untilMs: number): Promise<void> => {
  const { table, clock } = deps;
  const { subscription_id, status_ms } = row;
  const place = (): Place => ({ table, tenant: row.tenant_id, signal: AbortSignal.timeout(CALL_MS) });
  for (let nextMs = clock(); nextMs <= untilMs; ) {
    await deps.sleep(Math.min(MINUTE_MS, Math.max(0, nextMs - clock())), deps.stop);
    // Another process that waited for a turn may have told people already.
    if ((await readNotice(place(), subscription_id)) === status_ms) return;
    const laterMs = await takeNoticeTurn(place(), clock());
    if (laterMs === null) {
      await deps.notify(await noticeOf(deps, row, place()));
      return putNotice(place(), subscription_id, status_ms);
    }
    nextMs = Math.max(laterMs, clock() + 1);
  }
};

/** Counting stops here. */
const MOST_COUNTED = 10_000;

/** How many of the oldest of each priority are read for their time of expiry. */
const OLDEST = 20;

const noticeOf = async ({ rows, clock }: NoteDeps, row: SubscriptionRow, place: Place): Promise<Notice> => {
  const { tenant_id, subscription_id, status } = row;
  const { waiting } = await countDue(place, subscription_id, { now_ms: LAST_INSTANT_MS, most: MOST_COUNTED });
  const oldest = await Promise.all(PRIORITIES.map((one) => rows.due(one, LAST_INSTANT_MS, OLDEST)));
  const expires = oldest.flat().map(({ expires_at }) => expires_at * 1_000);
  const message = [
    `The target of ${JSON.stringify(row.name)} (${subscription_id}, tenant ${tenant_id}), ${row.target.shown_url}, is ${status}: ${row.status_reason ?? 'no reason given'}`,
    waitingText(waiting, expires),
    status === 'open'
      ? `One of them is tried at ${toUtcIso(row.next_probe_ms ?? clock())}, and all are sent once the target answers.`
      : 'It is asked no more until somebody resumes it.',
    `To send at once: npm run subscriptions -- resume ${subscription_id}`,
  ].join('\n');
  return { tenant_id, subscription_id, subject: `Target ${status}: ${subscription_id}`, message };
};

const waitingText = (waiting: number, expires: readonly number[]): string => {
  if (waiting === 0 || expires.length === 0) return 'Nothing waits for it.';
  const count = waiting === MOST_COUNTED ? `${MOST_COUNTED} or more` : String(waiting);
  return `Waiting: ${count}. Nothing is lost before ${toUtcIso(Math.min(...expires))}, when the first of them expires.`;
};
