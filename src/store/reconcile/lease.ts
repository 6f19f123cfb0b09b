import * as z from 'zod/mini';
import { MINUTE_MS } from '../../domain/instant.ts';
import { readChecked } from '../calls/checked-row.ts';
import { reconcileKey } from '../calls/keys.ts';
import { getItem, type Item, type Place } from '../calls/table.ts';
import { putOwn } from './own-row.ts';

/** Why the last turn failed, for people. */
export type TurnFault = { at_ms: number; message: string };

/** The lease of a tenant, and what the last turn left for the next. */
export type TurnRow = z.output<typeof turnRow>;

const turnRow = z.object({
  rev: z.number(),
  by: z.string(),
  held: z.boolean(),
  /** When the very first turn began; null if unknown. */
  first_ms: z._default(z.nullable(z.number()), null),
  /** By the clock of the lease holder. */
  renewed_ms: z.number(),
  /** Jira must not be asked before this. */
  not_before: z.nullable(z.number()),
  /** Null when the last turn went well. */
  fault: z.nullable(z.object({ at_ms: z.number(), message: z.string() })),
});

const keyOf = (tenant: string) => reconcileKey(tenant, 'TURN');

/** Null before the first turn. @throws UnreadableRowError, UnavailableError */
export const readTurn = async ({ table, tenant, signal }: Place): Promise<TurnRow | null> => {
  const row = await getItem({ table, signal }, keyOf(tenant));
  return row && readChecked(turnRow, row);
};

/** After this long without a renewal, another runner may take over. */
const LEASE_MS = 5 * MINUTE_MS;

/** When a lease ends unless it is renewed; null if it is not held. */
export const heldUntil = (turn: TurnRow | null): number | null =>
  turn?.held ? turn.renewed_ms + LEASE_MS : null;

/**
 * Takes the lease: from now on only its holder works.
 * @param before as it was read: free, or left by a crashed runner
 * @returns null if another runner was faster
 */
export const takeLease = async (
  place: Place,
  before: TurnRow | null,
  by: string,
  nowMs: number,
): Promise<TurnRow | null> => {
  const taken = { ...(before ?? { ...NEVER_HELD, first_ms: nowMs }), by, held: true, renewed_ms: nowMs };
  return put(place, taken, before?.rev ?? null);
};

const NEVER_HELD = { not_before: null, fault: null };

/** @returns the lease as it is now, null if another runner has taken it over */
export const renewLease = (place: Place, lease: TurnRow, nowMs: number): Promise<TurnRow | null> =>
  put(place, { ...lease, renewed_ms: nowMs }, lease.rev);

/** Releases the lease; a no-op if another runner has taken it over. */
export const releaseLease = async (
  place: Place,
  lease: TurnRow,
  left: Pick<TurnRow, 'not_before' | 'fault'>,
): Promise<void> => {
  await put(place, { ...lease, ...left, held: false }, lease.rev);
};

const put = async (
  { table, tenant, signal }: Place,
  { rev: _, ...turn }: Omit<TurnRow, 'rev'> & { rev?: number },
  read: number | null,
): Promise<TurnRow | null> => {
  const item: Item = turn;
  const rev = await putOwn({ table, signal }, { ...item, ...keyOf(tenant) }, read, turn.by);
  return rev === null ? null : { ...turn, rev };
};
