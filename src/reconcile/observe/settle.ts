import { type Run, startRun } from '../../http/request.ts';
import { type Received, takeRead } from '../../ingest/take.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import { snapshotKey } from '../../store/calls/keys.ts';
import { getItem, type Place } from '../../store/calls/table.ts';
import type { EventStore } from '../../store/events/put-event.ts';
import { raiseVersion } from '../../store/issues/raise-version.ts';
import { encodeSnapshot, type KnownIssue, toKnownIssue } from '../../store/issues/snapshot-row.ts';
import { type Judgement, judge } from './judge.ts';
import type { Reading, WholeReading } from './look.ts';
import type { Speed } from './speed.ts';

export type ObserveDeps = { tenant: string; events: EventStore; clock: Clock; log: Logger; speed: Speed };

/**
 * The result of a look. `missed`: the change is older than 30 minutes, and no delivery brought it. `drift`: the stored
 * body differed although the issue had not been updated in the 30 minutes before. `undecided`: a row of a search that
 * cannot be judged, e.g. differs with the same `updated`: the issue must be read by its id.
 */
export type Seen =
  | { kind: 'new' | 'repaired'; issue_id: string; missed: boolean; drift: boolean }
  | { kind: 'unchanged' | 'raised' | 'stale' | 'undecided' | 'contradiction'; issue_id: string }
  | { kind: 'quarantined'; issue_id: string | null };

/** Shared by all readings of one call. */
type Context = {
  deps: ObserveDeps;
  run: Run;
  /** Ids of the events that are missing. */
  lost: ReadonlySet<string>;
  ranks: readonly string[];
  /** Readings whose aliases are durable already. */
  kept: ReadonlySet<Reading>;
};

/**
 * Judges one reading and writes what is new in it.
 * @param before what is stored of the issue; undefined: still to be read
 */
export const settle = async (
  context: Context,
  reading: Reading,
  before: KnownIssue | null | undefined,
): Promise<Seen> => {
  if (reading.kind !== 'whole') return setAside(context, reading);
  const known = before === undefined ? await readOne(context, reading.issue_id) : before;
  const judgement = judge(known, reading.shown, context.ranks);
  if ('missed' in judgement) return write(context, reading, judgement, known === null);
  if (tellsOldKey(reading) && judgement.kind !== 'contradiction')
    return write(context, reading, { kind: 'repaired', missed: false, drift: false }, false);
  const isEqual = judgement.kind === 'unchanged' || judgement.kind === 'raised';
  if (isEqual && known?.fields) await putIfLost(context, reading, known.fields);
  if (judgement.kind === 'raised' && known?.fields) return raise(context, reading, known.fields);
  return { ...judgement, issue_id: reading.issue_id };
};

/** Such a look is written even if it is equal, for correlation: a commit may name the issue by a key only Jira knew. */
const tellsOldKey = ({ read }: WholeReading): boolean => (read.delivery?.keys.length ?? 0) > 1;

const readOne = async ({ deps, run }: Context, issueId: string): Promise<KnownIssue | null> => {
  const row = await getItem(placeOf(deps, run), snapshotKey(deps.tenant, issueId));
  return row && toKnownIssue(row);
};

/** Quarantines a look that cannot be read, if it can be written at all: one odd issue does not fail the call. */
const setAside = async ({ deps, run }: Context, reading: Exclude<Reading, WholeReading>): Promise<Seen> => {
  const { issue_id } = reading;
  if (reading.kind === 'refused') await take({ deps, run }, reading, {});
  const event_id = reading.kind === 'refused' ? reading.event_id : null;
  deps.log.warn({ run_id: run.run_id, issue_id, event_id }, 'an issue read from Jira cannot be taken');
  return { kind: 'quarantined', issue_id };
};

const write = async (
  context: Context,
  reading: WholeReading,
  judgement: Judgement & { missed: boolean; drift: boolean },
  issue_is_new: boolean,
): Promise<Seen> => {
  const { issue_id } = reading;
  const aliases_are_kept = context.kept.has(reading);
  const taken = await take(context, reading, { issue_is_new, aliases_are_kept });
  if (taken.kind === 'quarantined') return { kind: 'quarantined', issue_id };
  const isStale = taken.kind === 'accepted' && taken.outcome === 'stale';
  return isStale ? { kind: 'stale', issue_id } : { ...judgement, issue_id };
};

/** Gives each event its own run id and time of receipt: listings and the sweep depend on both. */
const take = (
  { deps, run }: Pick<Context, 'deps' | 'run'>,
  reading: Exclude<Reading, { kind: 'unwritable' }>,
  delivered: Partial<Received['delivered']>,
) => {
  const { body, read, event_id } = reading;
  const own = startRun(deps.clock, () => run.signal);
  const identity = {
    tenant: deps.tenant,
    source: 'reconcile' as const,
    event_id,
    event_name: null,
    secret: null,
    idempotency_key: event_id,
    received_ms: own.received_ms,
  };
  return takeRead(deps, { body, read, delivered: { ...identity, ...delivered } }, own);
};

type KnownFields = NonNullable<KnownIssue['fields']>;

/** Writes only the version. If a concurrent writer changed the row, the reading is judged again. */
const raise = async (context: Context, reading: WholeReading, known: KnownFields): Promise<Seen> => {
  const { issue_id, shown } = reading;
  const { updated_ms, timestamp_ms, fields } = shown;
  const body = encodeSnapshot({ fields, last_event: known.last_event });
  const to = { updated_ms, timestamp_ms };
  const place = placeOf(context.deps, context.run);
  const raised = await raiseVersion(place, { issue_id, read: known.version, to, body });
  return raised ? { kind: 'raised', issue_id } : settle(context, reading, undefined);
};

/**
 * Puts the missing event that the row names, from what Jira shows now, which is equal. It carries the version of the
 * row, so that nothing is put if the row has changed meanwhile.
 */
const putIfLost = async (context: Context, reading: WholeReading, known: KnownFields): Promise<void> => {
  const { version, last_event } = known;
  const { delivery } = reading.read;
  if (!context.lost.has(version.event_id) || !delivery?.snapshot) return;
  const { updated_ms, timestamp_ms, event_id } = version;
  const snapshot = { ...delivery.snapshot, updated_ms, timestamp_ms };
  const read = { ...reading.read, delivery: { ...delivery, snapshot } };
  const { idempotency_key } = last_event;
  await take(context, { ...reading, read, event_id }, { idempotency_key });
};

/** Table, tenant and time limit of a call. */
export const placeOf = ({ events, tenant }: ObserveDeps, { signal }: Run): Place => ({
  table: events.table,
  tenant,
  signal,
});
