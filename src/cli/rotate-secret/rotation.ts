import { DAY_MS, toPhoenixDay, toUtcIso } from '../../domain/instant.ts';
import { isJsonObject, type JsonObject, own } from '../../domain/json.ts';
import type { Source } from '../../domain/source.ts';
import { chunks } from '../../platform/chunks.ts';
import type { Clock } from '../../platform/clock.ts';
import { eventKey } from '../../store/calls/keys.ts';
import { readRows } from '../../store/calls/rows.ts';
import type { Table } from '../../store/calls/table.ts';
import { eventsOfDay } from '../../store/events/day.ts';
import { decodeEvent, isExpired } from '../../store/events/event-row.ts';
import { CommandError } from '../shared/command.ts';
import { itemDeadline, withStore } from '../shared/connection.ts';
import type { TableFlags } from '../shared/place.ts';
import { describeChange, keyNames, parseDocument } from './document.ts';
import { signingKeys } from './keys.ts';
import type { SecretStore, SecretVersion, StoredSecret } from './secret-store.ts';

/** What every step of a rotation needs. */
export type Rotation = {
  source: Source;
  secret_id: string;
  store: SecretStore;
  deliveries: Deliveries;
  /** SECRET_GRACE_HOURS as the receivers have it. */
  grace_hours: number;
  clock: Clock;
  /** Resolves to true only when the user agreed, or gave `--yes`. */
  ask(question: string): Promise<boolean>;
  /** Prints a message; never the value of a key. */
  say(text: string): void;
};

/** The command line of another step, for messages. */
export const commandFor = (source: Source, step: string): string =>
  `npm run rotate-secret -- --source ${source} ${step}`;

/** The planned changes, by the names of the keys. */
export const describePlan = ({ secret_id }: Rotation, { current }: StoredSecret, after: JsonObject): string =>
  [`Changes to the secret ${secret_id} (everything else stays):`]
    .concat(describeChange(parseDocument(current.text), after))
    .join('\n');

/** @throws CommandError when the secret was changed since it was read */
export const write = async ({ store }: Rotation, read: StoredSecret, after: JsonObject): Promise<void> => {
  if (await store.replace(read.current.version_id, JSON.stringify(after))) return;
  throw new CommandError(
    'The secret was changed at the same time by someone else, so this command changed nothing. Check it with status.',
  );
};

/** How long a receiver process may go on using the keys, and their names, from before a change. */
const KNOWN_FOR_MS = 5 * 60_000;

/**
 * Since when a secret is staged. `since_ms`: when the oldest version known to hold it was written. `earlier`: it may
 * have been staged before that. `sure_from_ms`: a delivery received from then on and verified by `_next` was signed
 * with this secret, not with an earlier one of the same name.
 */
export type Staged = { since_ms: number | null; earlier: boolean; sure_from_ms: number | null };

/** Null if no valid secret is staged. @throws CommandError when the document cannot be used */
export const findStaged = (stored: StoredSecret, source: Source, graceHours: number): Staged | null => {
  const { next } = keyNames(source);
  if (!signingKeys(stored, source, graceHours).some(({ name }) => name === next)) return null;
  const { current, previous } = stored;
  if (holds(previous, next) === own(parseDocument(current.text), next)) {
    const since_ms = previous?.created_ms ?? null;
    return { since_ms, earlier: true, sure_from_ms: after(since_ms) };
  }
  const since_ms = current.created_ms;
  return { since_ms, earlier: false, sure_from_ms: wasQuiet(stored, next) ? since_ms : after(since_ms) };
};

const holds = (version: SecretVersion | null, name: string): unknown => {
  try {
    const document: unknown = version === null ? null : JSON.parse(version.text);
    return isJsonObject(document) ? own(document, name) : undefined;
  } catch {
    return undefined;
  }
};

const after = (ms: number | null): number | null => (ms === null ? null : ms + KNOWN_FOR_MS);

/** True if the previous version had no staged secret, and no process can still use an older version. */
const wasQuiet = ({ current, previous }: StoredSecret, name: string): boolean =>
  previous !== null &&
  previous.created_ms !== null &&
  current.created_ms !== null &&
  holds(previous, name) === undefined &&
  current.created_ms - previous.created_ms >= KNOWN_FOR_MS;

/** `since …`, as exactly as it is known. */
export const describeSince = ({ since_ms, earlier }: Staged): string => {
  if (since_ms === null) return 'since an unknown time';
  return `since ${toUtcIso(since_ms)}${earlier ? ' or earlier' : ''}`;
};

/** When a delivery arrived, and the name of the key that verified it; null if it was stored before names were kept. */
export type Use = { secret: string | null; received_ms: number };

/**
 * A source's deliveries, read from their events; a redelivery has no event of its own. Both methods throw a
 * CommandError when the table cannot be used.
 */
export type Deliveries = {
  /** The newest ones, newest first. `sinceMs`: only those received since then; each day in the range costs queries. */
  newest(sinceMs?: number): Promise<Use[]>;
  /** The newest one since then that this key verified, or null. */
  newestUseOf(key: string, sinceMs: number): Promise<Use | null>;
};

/** How many deliveries are shown at most. */
const SHOWN = 25;

/** The most events that are read, of all sources: others may deliver far more than this one. */
const MOST_LOOKED_AT = 2_000;

const ROWS_AT_A_TIME = 100;

/** The receivers' clocks may be ahead of this one. */
const CLOCKS_APART_MS = 5 * 60_000;

/** The table and the tenant. */
type Of = { table: Table; tenant: string };

/** The deliveries in the table that flags, environment or the running instance name. */
export const deliveriesOf = (flags: TableFlags, source: Source, clock: Clock): Deliveries => ({
  newest: (sinceMs) =>
    withStore(flags, (store) => {
      const fromMs = sinceMs ?? clock() - store.retention_days * DAY_MS;
      return newestUses(store, source, fromMs, clock());
    }),
  newestUseOf: (key, sinceMs) =>
    withStore(flags, async (store) => {
      for await (const { secret, received_ms } of uses(store, source, sinceMs, clock()))
        if (secret === key) return { secret, received_ms };
      return null;
    }),
});

const newestUses = async (of: Of, source: Source, fromMs: number, nowMs: number): Promise<Use[]> => {
  const newest: Use[] = [];
  for await (const { secret, received_ms } of uses(of, source, fromMs, nowMs)) {
    newest.push({ secret, received_ms });
    if (newest.length === SHOWN) break;
  }
  return newest;
};

/** A source's uses in the range, newest first. */
async function* uses(of: Of, source: Source, fromMs: number, nowMs: number): AsyncGenerator<Use> {
  for await (const page of eventIds(of, fromMs, nowMs + CLOCKS_APART_MS))
    for (const ids of chunks(page, ROWS_AT_A_TIME)) {
      const rows = await readRows({ table: of.table, signal: itemDeadline() }, ids.map(eventKey));
      for (const row of rows) {
        if (row === null || isExpired(row, nowMs)) continue;
        const { event } = decodeEvent(row);
        if (event.source === source) yield event;
      }
    }
}

/** Ids of the events received in the range, newest first, of all sources. */
async function* eventIds({ table, tenant }: Of, from_ms: number, to_ms: number): AsyncGenerator<string[]> {
  let left = MOST_LOOKED_AT;
  for (const day of daysBetween(from_ms, to_ms)) {
    const query = { day, feeds: ['deliveries'] as const, outcome: null, from_ms, to_ms };
    for await (const page of eventsOfDay({ table, tenant, newSignal: itemDeadline }, query)) {
      yield page.slice(0, left).map(({ event_id }) => event_id);
      left -= page.length;
      if (left <= 0) return;
    }
  }
}

/** Phoenix days from `toMs` back to `fromMs`, newest first. */
const daysBetween = (fromMs: number, toMs: number): string[] => {
  const days = new Set<string>();
  for (let ms = toMs; ms > fromMs; ms -= DAY_MS) days.add(toPhoenixDay(ms));
  return [...days.add(toPhoenixDay(fromMs))];
};
