import { setTimeout as timer } from 'node:timers/promises';
import { pino } from 'pino';
import type { Execution } from '../../../src/domain/execution.ts';
import type { Notice } from '../../../src/send/lane/notes.ts';
import type { Attempting } from '../../../src/send/lane/send-one.ts';
import { createSender, type ProcessSender } from '../../../src/send/lane/sender.ts';
import type { AttemptResult } from '../../../src/send/rules/breaker.ts';
import type { Table } from '../../../src/store/calls/table.ts';
import { attemptsOf, getExecution, putExecution } from '../../../src/store/executions/executions.ts';
import { createSubscription } from '../../../src/store/subscriptions/change-subscription.ts';
import { getSubscription, type SubscriptionRow } from '../../../src/store/subscriptions/subscription-row.ts';
import { type Counts, summed } from '../../support/app.ts';
import { someRun } from '../../support/connections.ts';
import { someAttempt, someExecution } from '../../support/executions.ts';
import { someSubscription } from '../../support/subscriptions.ts';

const TENANT = 'retail';

/** A subscription in a real table, and a target that answers as a test says. */
export type SendWorld = {
  subscription: SubscriptionRow;
  /** Ids of what was sent, in that order. */
  seen: string[];
  notices: Notice[];
  counts: Counts;
  /** How far the clock of senders is ahead. */
  ahead_ms: number;
  answer: (seen: number) => Promise<AttemptResult>;
  sleep: (ms: number, signal?: AbortSignal) => Promise<unknown>;
  /** What keeps people from being told. */
  notifyFault: Error | null;
  /** A sender as another process would have it. */
  open(stop?: AbortSignal): ProcessSender;
  make(count: number, differs?: Partial<Execution>): Promise<string[]>;
  send(ids?: string[], sender?: ProcessSender): ReturnType<ProcessSender['send']>;
  execution(id: string): Promise<Execution>;
  attempts(id: string): ReturnType<typeof attemptsOf>;
  row(): Promise<SubscriptionRow>;
};

const place = (table: Table) => ({ table, tenant: TENANT, signal: AbortSignal.timeout(30_000) });

export const openSendWorld = async (
  table: Table,
  differs: Partial<SubscriptionRow> = {},
): Promise<SendWorld> => {
  const subscription = someSubscription({ tenant_id: TENANT, ...differs });
  const { subscription_id } = subscription;
  const audit = { who: 'local', what: 'subscription-created' } as const;
  await createSubscription({ table }, subscription, audit, someRun(Date.now()));
  const counts: Counts = {};
  const world: SendWorld = {
    subscription,
    seen: [],
    notices: [],
    counts,
    ahead_ms: 0,
    answer: async () => 'ok',
    sleep: (ms, signal) => timer(ms, undefined, { signal }),
    notifyFault: null,
    open: (stop = new AbortController().signal) =>
      createSender({
        table,
        clock: () => Date.now() + world.ahead_ms,
        sleep: (ms, signal) => world.sleep(ms, signal),
        chance: () => 0,
        log: pino({ level: 'silent' }),
        count: summed(counts),
        stop,
        attempt: attemptOf(world),
        ping: async () => ({
          status: 200,
          duration_ms: 1,
          error: null,
          response_headers: {},
          response_body: null,
        }),
        notify: async (notice) => {
          if (world.notifyFault) throw world.notifyFault;
          world.notices.push(notice);
        },
      }),
    make: async (count, given = {}) => {
      const now = Date.now();
      const all = Array.from({ length: count }, (_, n) =>
        someExecution({ subscription_id, tenant_id: TENANT, created_ms: now - 1_000 + n, ...given }),
      );
      for (const one of all) await putExecution(place(table), one);
      return all.map(({ execution_id }) => execution_id);
    },
    send: (execution_ids = [], sender = world.open()) =>
      sender.send({ task: 'send', tenant_id: TENANT, subscription_id, execution_ids }),
    execution: async (id) => {
      const found = await getExecution(place(table), id, Date.now());
      if (found === null) throw new Error('it is not there');
      return found;
    },
    attempts: (id) => attemptsOf(place(table), id, Date.now()),
    row: async () => (await getSubscription(place(table), subscription_id)) ?? subscription,
  };
  return world;
};

const attemptOf =
  (world: SendWorld): Attempting =>
  async ({ execution, attempt, is_probe }) => {
    world.seen.push(execution.execution_id);
    const result = await world.answer(world.seen.length);
    const [status, error] =
      result === 'ok' ? [200, null] : [result === 'gone' ? 410 : 500, `answered ${result}`];
    return {
      result,
      retry_after_ms: null,
      answer: { status, content_type: 'text/plain', body: result, truncated: false },
      attempt: someAttempt({ attempt, is_probe, status, error, at_ms: Date.now() + world.ahead_ms }),
    };
  };
