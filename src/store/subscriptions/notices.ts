import { TTL_ATTRIBUTE } from '../../contract/table.ts';
import { DAY_MS, MINUTE_MS } from '../../domain/instant.ts';
import { updateIf } from '../calls/conditional-write.ts';
import { NOTICE_TURN_KEY, noticeKey } from '../calls/keys.ts';
import { getItem, type TableCall } from '../calls/table.ts';

/** Least time between two notices, each about one target: the topic drops recipients that get a storm of messages. */
const TURN_MS = MINUTE_MS;

/**
 * Takes the turn to send a notice, about any target.
 * @returns null if it was taken, else when to try again
 * @throws UnavailableError
 */
export const takeNoticeTurn = async (place: TableCall, nowMs: number): Promise<number | null> => {
  const next = nowMs + TURN_MS;
  const result = await updateIf(place, {
    key: NOTICE_TURN_KEY,
    update: 'SET next_ms = :next',
    // A time further ahead than one turn was set by a wrong clock.
    condition: 'attribute_not_exists(pk) OR next_ms <= :now OR next_ms > :next',
    values: { ':now': nowMs, ':next': next },
  });
  if (result.written) return null;
  const row = await result.row();
  return typeof row?.next_ms === 'number' ? row.next_ms : nowMs;
};

/** The `status_ms` of the state that people were last told of; null if they never were. @throws UnavailableError */
export const readNotice = async (place: TableCall, subscriptionId: string): Promise<number | null> => {
  const row = await getItem(place, noticeKey(subscriptionId));
  return typeof row?.status_ms === 'number' ? row.status_ms : null;
};

/** Longer than a target stays open. */
const KEPT_MS = 7 * DAY_MS;

/** @throws UnavailableError */
export const putNotice = async (
  place: TableCall,
  subscriptionId: string,
  statusMs: number,
): Promise<void> => {
  await updateIf(place, {
    key: noticeKey(subscriptionId),
    update: `SET status_ms = :status, ${TTL_ATTRIBUTE} = :expires`,
    condition: 'attribute_not_exists(pk) OR status_ms <= :status',
    values: { ':status': statusMs, ':expires': Math.ceil((statusMs + KEPT_MS) / 1_000) },
  });
};
