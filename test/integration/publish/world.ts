import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import type { SendMessage } from '../../../src/contract/send-message.ts';
import type { Execution } from '../../../src/domain/execution.ts';
import { newRunId } from '../../../src/platform/run-id.ts';
import type { PublishDeps } from '../../../src/publish/scope.ts';
import type { Table } from '../../../src/store/calls/table.ts';
import type { StoredEvent } from '../../../src/store/events/event-row.ts';
import { type EventStore, prepareEventBody, putEvent } from '../../../src/store/events/put-event.ts';
import { executionsOfEvent } from '../../../src/store/executions/executions.ts';
import { createSubscription } from '../../../src/store/subscriptions/change-subscription.ts';
import type { SubscriptionRow } from '../../../src/store/subscriptions/subscription-row.ts';
import { type Counts, type LogLine, summed, type TestApp } from '../../support/app.ts';
import { someRun } from '../../support/connections.ts';
import { someSubscription } from '../../support/subscriptions.ts';

export const RETENTION_DAYS = 5;

/** A tenant of a test's own in the table of its file, as publishing sees it. */
export type PublishWorld = {
  tenant: string;
  deps: PublishDeps;
  hints: Extract<SendMessage, { task: 'send' }>[];
  lines: LogLine[];
  counts: Counts;
  /** Stores an event as ingest does; answers its id. */
  store(differing?: Partial<StoredEvent>): Promise<string>;
  subscribe(differing?: Partial<SubscriptionRow>): Promise<SubscriptionRow>;
  executionsOf(eventId: string): Promise<Execution[]>;
};

let tenants = 0;

/** @param now the time, which a test moves */
export const openWorld = ({ events }: TestApp, now: () => number): PublishWorld => {
  tenants += 1;
  const tenant = `tenant-${tenants}`;
  const { table } = events;
  const hints: PublishWorld['hints'] = [];
  const lines: LogLine[] = [];
  const counts: Counts = {};
  const deps: PublishDeps = {
    table,
    tenant,
    retention_days: RETENTION_DAYS,
    clock: now,
    log: pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) }),
    count: summed(counts),
    hint: async (message) => void hints.push(message),
  };
  return {
    ...{ tenant, deps, hints, lines, counts },
    store: (differing = {}) =>
      storeEvent(events, { ...someEvent(tenant, differing.received_ms ?? now()), ...differing }),
    subscribe: async (differing = {}) => {
      const row = someSubscription({ tenant_id: tenant, ...differing });
      await createSubscription(
        { table },
        row,
        { who: 'local', what: 'subscription-created' },
        someRun(now()),
      );
      return row;
    },
    executionsOf: (eventId) => executionsOfEvent({ table, tenant, signal: signalOf() }, eventId, now()),
  };
};

const signalOf = (): AbortSignal => AbortSignal.timeout(30_000);

const storeEvent = async (events: EventStore, event: StoredEvent): Promise<string> => {
  const body = await prepareEventBody(events, event, Buffer.from('{}'), signalOf());
  await putEvent({ ...events, retention_days: RETENTION_DAYS }, event, body, signalOf());
  return event.event_id;
};

/** What Jira tells of an issue of project OPS. */
const someEvent = (tenant: string, received_ms: number): StoredEvent => ({
  tenant,
  event_id: `evt_${randomBytes(20).toString('hex')}`,
  source: 'jira',
  outcome: 'applied',
  facts: factsOf('OPS'),
  idempotency_key: 'some identifier',
  received_ms,
  run_id: newRunId(received_ms),
  problem: null,
  event_name: null,
  secret: null,
  raw_stored_apart: false,
});

export const factsOf = (project_key: string): NonNullable<StoredEvent['facts']> => ({
  issue_id: '10001',
  issue_key: `${project_key}-1`,
  project_key,
  event_type: 'jira:issue_updated',
  issue_event_type: null,
  changes: [],
  actor: null,
  occurred_ms: 0,
  unread_fields: [],
});

/** What a call of the table comes to: `refused` writes nothing, `lost` writes and says nothing of it. */
export type Fate = 'answered' | 'refused' | 'lost';

/** The table as a process sees it whose puts have these fates, one after the other; all further ones are answered. */
export const tableWith = (table: Table, fates: readonly Fate[]): Table => {
  const left = [...fates];
  return tableOf(table, (command) =>
    command.constructor.name === 'PutItemCommand' ? (left.shift() ?? 'answered') : 'answered',
  );
};

/** The table as a process sees it that dies after so many calls. */
export const tableDying = (table: Table, after: number): Table => {
  let left = after;
  return tableOf(table, () => (left-- > 0 ? 'answered' : 'refused'));
};

/** A table that answers no call which names this. */
export const tableWithout = (table: Table, name: string): Table =>
  tableOf(table, ({ input }) => (JSON.stringify(input).includes(name) ? 'refused' : 'answered'));

type Command = { constructor: { name: string }; input: object };

const tableOf = (table: Table, fateOf: (command: Command) => Fate): Table => {
  const send = async (command: Command): Promise<unknown> => {
    const fate = fateOf(command);
    if (fate === 'refused') throw new Error('it does not answer');
    const answer = await Reflect.apply(table.client.send, table.client, [command]);
    if (fate === 'lost') throw new Error('its answer is lost');
    return answer;
  };
  const client = new Proxy(table.client, {
    get: (target, name) => (name === 'send' ? send : Reflect.get(target, name)),
  });
  return { name: table.name, client, documentClient: table.documentClient };
};
