import * as z from 'zod/mini';
import { DAY_MS, toPhoenixDay } from '../../domain/instant.ts';
import { compress, decompress } from '../../platform/codec.ts';
import { readChecked, readJson } from '../calls/checked-row.ts';
import { type Revision, revisionOf } from '../calls/conditional-write.ts';
import { reconcileKey } from '../calls/keys.ts';
import { queryPages } from '../calls/rows.ts';
import { getItem, type Item, type Key, type Place } from '../calls/table.ts';
import { putOwn } from './own-row.ts';

/** What a run of a loop counts, in the order in which it is shown. */
const COUNTERS = [
  'pages',
  'seen',
  'new',
  'repaired',
  'unchanged',
  'gone',
  'unread',
  'quarantined',
  'contradictions',
  'only_here',
  'requests',
  // Changes of which it is known by now whether a delivery brought them; `missed`: none did.
  'judged',
  'missed',
  'compared',
  'differed',
] as const;

export type Counter = (typeof COUNTERS)[number];

export type Counters = Record<Counter, number>;

/** The given counts; 0 for others, which older code did not know. */
export const countersOf = (counted: Readonly<Record<string, number>>): Counters =>
  // `fromEntries` loses the names in its type; all of them are present.
  Object.fromEntries(COUNTERS.map((name) => [name, counted[name] ?? 0])) as Counters;

export const NOTHING_COUNTED: Counters = countersOf({});

export const addCounters = (a: Counters, b: Partial<Counters>): Counters =>
  countersOf(Object.fromEntries(COUNTERS.map((name) => [name, a[name] + (b[name] ?? 0)])));

/** By day: bodies that were compared with rows, and those that had drifted. */
type Drift = z.output<typeof drift>;

export type Compared = { compared: number; differed: number };

const drift = z.record(z.string(), z.object({ compared: z.number(), differed: z.number() }));

const DAYS = 30;

const isRecent = (day: string, nowMs: number): boolean => day > toPhoenixDay(nowMs - DAYS * DAY_MS);

/** The sum of the last 30 days, over several loops. */
export const sumDrift = (all: readonly Drift[], nowMs: number): Compared => {
  const days = all.flatMap((one) => Object.entries(one)).filter(([day]) => isRecent(day, nowMs));
  return days.reduce(
    (sum, [, { compared, differed }]) => ({
      compared: sum.compared + compared,
      differed: sum.differed + differed,
    }),
    { compared: 0, differed: 0 },
  );
};

/** Adds what was compared now, and drops what is older than 30 days. */
export const addDrift = (before: Drift, { compared, differed }: Compared, nowMs: number): Drift => {
  if (compared === 0 && differed === 0) return before;
  const today = toPhoenixDay(nowMs);
  const recent = Object.fromEntries(Object.entries(before).filter(([day]) => isRecent(day, nowMs)));
  const already = recent[today] ?? { compared: 0, differed: 0 };
  const sum = { compared: already.compared + compared, differed: already.differed + differed };
  return { ...recent, [today]: sum };
};

const counters = z.pipe(z.record(z.string(), z.number()), z.transform(countersOf));

const contents = z.object({
  /** Number of the run. */
  generation: z.number(),
  /** Whether a run is in progress, to be continued. */
  under_way: z.boolean(),
  /** Of the run in progress, or of the last one. */
  counters,
  /** The last complete run. `started_ms` is by Jira's clock, the others by ours. */
  last: z.nullable(
    z.object({ started_ms: z.number(), began_ms: z.number(), ended_ms: z.number(), counters }),
  ),
  /** When the run in progress, or the last one, began by our clock. */
  began_ms: z.number(),
  drift,
});

/** How far a loop has come. */
export type Checkpoint<S> = z.output<typeof contents> & {
  /** The loop's own state: the position of a run in progress, and what the loop keeps. Null before the first run. */
  state: S | null;
  /** True while a runner may have started work that is not saved here: after a crash it is repeated. */
  working: boolean;
  revision: Revision;
};

export const NEW_CHECKPOINT: Checkpoint<never> = {
  generation: 0,
  under_way: false,
  counters: NOTHING_COUNTED,
  last: null,
  began_ms: 0,
  drift: {},
  state: null,
  working: false,
  revision: null,
};

const row = z.object({ rev: z.number(), working: z.boolean(), body: z.instanceof(Uint8Array) });

const keyOf = (tenant: string, loop: string): Key => reconcileKey(tenant, `LOOP#${loop}`);

/** @param state schema of the loop's state. @throws UnavailableError; UnreadableRowError for a row we did not write */
export const readCheckpoint = async <S>(
  { table, tenant, signal }: Place,
  loop: string,
  state: z.ZodMiniType<S>,
): Promise<Checkpoint<S>> => {
  const item = await getItem({ table, signal }, keyOf(tenant, loop));
  return item === null ? NEW_CHECKPOINT : decode(item, state);
};

const decode = <S>(item: Item, state: z.ZodMiniType<S>): Checkpoint<S> => {
  const { working, body } = readChecked(row, item);
  const body_schema = z.object({ ...contents.shape, state: z.nullable(state) });
  const read = readJson(body_schema, item, () => decompress(body).toString());
  return { ...read, working, revision: revisionOf(item) };
};

/** There are a handful of loops, and one for each project that had a census on demand. */
const PAGE = 100;

/** How far every loop has come, by its name. @throws as `readCheckpoint` */
export const readCheckpoints = async ({
  table,
  tenant,
  signal,
}: Place): Promise<Map<string, Checkpoint<unknown>>> => {
  const { pk, sk: first } = keyOf(tenant, '');
  const query = {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :first)',
    ExpressionAttributeValues: { ':pk': pk, ':first': first },
  };
  const loops = new Map<string, Checkpoint<unknown>>();
  for await (const items of queryPages(() => ({ table, signal }), query, ['pk', 'sk'], PAGE))
    for (const item of items) loops.set(String(item.sk).slice(first.length), decode(item, z.unknown()));
  return loops;
};

/**
 * Writes a checkpoint, unless it was written since it was read.
 * @param by unique id of the runner
 * @returns the checkpoint as it is now, null if another runner has written
 */
export const putCheckpoint = async <S>(
  { table, tenant, signal }: Place,
  loop: string,
  { revision, working, ...body }: Checkpoint<S>,
  by: string,
): Promise<Checkpoint<S> | null> => {
  const item: Item & Key = { ...keyOf(tenant, loop), working, body: compress(JSON.stringify(body)) };
  const rev = await putOwn({ table, signal }, item, revision, by);
  return rev === null ? null : { ...body, working, revision: rev };
};
