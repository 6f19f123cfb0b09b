import pMap from 'p-map';
import { RefusedItemError } from '../../errors/errors.ts';
import type { Run } from '../../http/request.ts';
import type { Look } from '../../jira/reads/reads.ts';
import { snapshotKey } from '../../store/calls/keys.ts';
import { readRowsOf } from '../../store/calls/rows.ts';
import { putAliasesOfMany } from '../../store/issues/issue-index.ts';
import { type KnownIssue, toKnownIssue } from '../../store/issues/snapshot-row.ts';
import { type Reading, readLook, type WholeReading } from './look.ts';
import { findLostEvents, type LostKind } from './lost-events.ts';
import { readRankFields } from './rank-fields.ts';
import { type ObserveDeps, placeOf, type Seen, settle } from './settle.ts';

/** Issues of one page that are written concurrently. */
const AT_A_TIME = 8;

/**
 * Stores what Jira showed, as deliveries are: an equal look writes nothing, a different one makes an event, and the
 * newer version wins over any concurrent writer.
 * @param restore which lost events are put again, if their issue is equal
 * @param ranks ids of the fields that hold a rank, if the caller has them at hand
 * @returns the result of each look, in their order
 * @throws UnavailableError if a write is not durable: the caller must pass the looks again
 */
export const observe = async (
  deps: ObserveDeps,
  looks: readonly Look[],
  run: Run,
  restore: readonly LostKind[] = [],
  ranks?: readonly string[],
): Promise<Seen[]> => {
  const readings = looks.map((look) => readLook(deps.tenant, look, deps.clock()));
  const known = await readKnown(deps, readings, run);
  const { signal, ...walk } = placeOf(deps, run);
  const rank_fields = ranks ?? (await readRankFields({ ...walk, newSignal: () => signal }));
  const lost = await findLost(deps, [...known.values()], run, restore);
  const kept = await keepAliases(deps, readings, known, run);
  const seen = new Map<Reading, Seen>();
  const settleAll = async (sameIssue: Reading[]): Promise<void> => {
    for (const [index, reading] of sameIssue.entries()) {
      const before = index === 0 ? known.get(String(reading.issue_id)) : undefined;
      seen.set(reading, await settle({ deps, run, lost, ranks: rank_fields, kept }, reading, before));
    }
  };
  const issues = Map.groupBy(readings, idOrSelf).values();
  await pMap(issues, (issue) => deps.speed.run(() => settleAll(issue)), { concurrency: AT_A_TIME });
  return readings.flatMap((reading) => seen.get(reading) ?? []);
};

/** Groups looks by issue: those at one issue are settled in sequence, each against the result of the one before. */
const idOrSelf = (reading: Reading): string | Reading => reading.issue_id ?? reading;

/** By issue id; null where there is no row. */
type Known = ReadonlyMap<string, KnownIssue | null>;

const readKnown = async (deps: ObserveDeps, readings: Reading[], run: Run): Promise<Known> => {
  const ids = readings.flatMap((reading) => (reading.kind === 'whole' ? reading.issue_id : []));
  const rows = await readRowsOf(placeOf(deps, run), ids, (id) => snapshotKey(deps.tenant, id));
  return new Map(rows.map(([id, row]) => [id, row && toKnownIssue(row)]));
};

const findLost = (
  deps: ObserveDeps,
  known: (KnownIssue | null)[],
  run: Run,
  restore: readonly LostKind[],
): Promise<ReadonlySet<string>> => {
  const { retention_days } = deps.events;
  const rows = known.filter((issue) => issue !== null);
  return findLostEvents(placeOf(deps, run), rows, restore, { now_ms: deps.clock(), retention_days });
};

/**
 * Writes the aliases of all new issues of a page, with few calls instead of one per issue. As always, they are durable
 * before a row says so.
 * @returns the readings whose aliases are durable; none if one alias is refused: then each issue writes its own
 */
const keepAliases = async (
  deps: ObserveDeps,
  readings: readonly Reading[],
  known: Known,
  run: Run,
): Promise<ReadonlySet<Reading>> => {
  const isNew = (reading: Reading): reading is WholeReading =>
    reading.kind === 'whole' && known.get(reading.issue_id) === null;
  const first = new Map(readings.filter(isNew).map((reading) => [reading.issue_id, reading]));
  if (first.size < 2) return new Set();
  const issues = [...first.values()].map(({ issue_id, read }) => ({
    issue_id,
    keys: read.delivery?.keys ?? [],
  }));
  try {
    await putAliasesOfMany(placeOf(deps, run), issues);
    return new Set(first.values());
  } catch (fault) {
    if (fault instanceof RefusedItemError) return new Set();
    throw fault;
  }
};
