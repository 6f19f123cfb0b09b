import { TTL_ATTRIBUTE } from '../../contract/table.ts';
import { deleteIf, updateIf } from '../calls/conditional-write.ts';
import type { Item, TableCall } from '../calls/table.ts';
import { laneKey } from './execution-keys.ts';

/** For this long after its lane was last renewed, no other process sends for a subscription. */
export const LANE_LEASE_MS = 90_000;

/** Who holds, or wants, a lane. `owner`: a unique id. */
type Lane = { subscription_id: string; owner: string };

/**
 * Takes the lane of a subscription: from now on only its owner sends for it, until the lease ends. If another process
 * holds it, the lane is marked as wanted, so that its holder looks once more before it gives the lane back.
 * @throws UnavailableError
 */
export const takeLane = async (
  place: TableCall,
  lane: Lane & { now_ms: number },
): Promise<'taken' | 'busy'> => {
  for (let turn = 0; turn < TURNS; turn += 1) {
    const result = await updateIf(place, taking(lane));
    if (result.written) return 'taken';
    if ((await result.row())?.wanted_ms !== undefined || (await want(place, lane))) return 'busy';
  }
  return 'busy';
};

/** Tries: the lane may be given back after it was refused and before it is marked as wanted. */
const TURNS = 3;

const DAY_SECONDS = 86_400;

/** A lease that ends later than this was set by a wrong clock: right clocks differ by seconds. */
const AHEAD_MS = LANE_LEASE_MS + 300_000;

/** The row expires if a crashed process never gives the lane back. */
const lease = (nowMs: number): Item => ({
  ':until': nowMs + LANE_LEASE_MS,
  ':expires': Math.ceil((nowMs + LANE_LEASE_MS) / 1000) + DAY_SECONDS,
});

const SET_LEASE = `SET held_by = :owner, until_ms = :until, ${TTL_ATTRIBUTE} = :expires`;

const taking = ({ subscription_id, owner, now_ms }: Lane & { now_ms: number }) => ({
  key: laneKey(subscription_id),
  update: `${SET_LEASE} REMOVE wanted_ms`,
  condition: 'attribute_not_exists(pk) OR until_ms <= :now OR until_ms > :ahead OR held_by = :owner',
  values: { ':owner': owner, ':now': now_ms, ':ahead': now_ms + AHEAD_MS, ...lease(now_ms) },
});

/** Marks the lane as wanted. @returns false if it is no longer held */
const want = async (place: TableCall, { subscription_id, now_ms }: Lane & { now_ms: number }) => {
  const wish = await updateIf(place, {
    key: laneKey(subscription_id),
    update: 'SET wanted_ms = :now',
    condition: 'until_ms > :now',
    values: { ':now': now_ms },
  });
  return wish.written;
};

/** @returns false if another process has taken it over. @throws UnavailableError */
export const renewLane = async (
  place: TableCall,
  { subscription_id, owner, now_ms }: Lane & { now_ms: number },
): Promise<boolean> => {
  const result = await updateIf(place, {
    key: laneKey(subscription_id),
    update: SET_LEASE,
    condition: 'held_by = :owner',
    values: { ':owner': owner, ...lease(now_ms) },
  });
  return result.written;
};

/**
 * Gives the lane back, unless another process wanted it since it was taken or since the last call: then its owner keeps
 * it and must look once more. No clock is involved: the mark is stored, or it is not.
 * @returns `returned` also if another process has taken it over
 * @throws UnavailableError
 */
export const returnLane = async (
  place: TableCall,
  { subscription_id, owner }: Lane,
): Promise<'returned' | 'wanted'> => {
  const key = laneKey(subscription_id);
  const values = { ':owner': owner };
  const free = { key, condition: 'held_by = :owner AND attribute_not_exists(wanted_ms)', values };
  if ((await deleteIf(place, free)).written) return 'returned';
  const heard = { key, update: 'REMOVE wanted_ms', condition: 'held_by = :owner', values };
  return (await updateIf(place, heard)).written ? 'wanted' : 'returned';
};
