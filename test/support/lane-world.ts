import pino from 'pino';
import type { Attempt, Execution } from '../../src/domain/execution.ts';
import type { Priority } from '../../src/domain/subscription.ts';
import { UnavailableError } from '../../src/errors/errors.ts';
import { type LaneReport, startLane } from '../../src/send/lane/lane.ts';
import type { LaneRows } from '../../src/send/lane/lane-rows.ts';
import type { LaneDeps } from '../../src/send/lane/work.ts';
import type { AttemptResult } from '../../src/send/rules/breaker.ts';
import type { SubscriptionRow } from '../../src/store/subscriptions/subscription-row.ts';
import type { Counts } from './app.ts';
import { summed } from './app.ts';
import { someExecution } from './executions.ts';
import { someSubscription } from './subscriptions.ts';
import { createVirtualTime } from './virtual-time.ts';

/** When the worlds of these tests begin. */
export const BEGIN_MS = Date.UTC(2026, 10, 22, 19);

const SUBSCRIPTION = `sub_${'s'.repeat(22)}`;

const subscribed = (differs: Partial<SubscriptionRow> = {}): SubscriptionRow =>
  someSubscription({ subscription_id: SUBSCRIPTION, ...differs });

/** The one of an event with this number. */
export const anExecution = (number: number, differs: Partial<Execution> = {}): Execution =>
  someExecution({
    event_id: `evt_${number.toString(16).padStart(40, '0')}`,
    subscription_id: SUBSCRIPTION,
    tenant_id: 'default',
    created_ms: BEGIN_MS,
    ...differs,
  });

/** One request that the target saw. */
type Seen = { execution_id: string; priority: Priority; at_ms: number; is_probe: boolean; under_way: number };

/** What a call meets: it does nothing and fails, it fails though it was done, or its process dies before it is made. */
export type Fate = 'refused' | 'lost' | 'dies';

/** How the target answers a request, and after how long. */
export type Script = (
  seen: Seen,
  nth: number,
) => { result: AttemptResult | 'throw'; ms: number; retry_after_ms?: number };

/**
 * A subscription, its executions and its target in memory, under a clock of their own. The rows obey the conditions that
 * the store's do, so that lanes may be played by the thousand; that the store does obey them is tested there.
 */
export const createLaneWorld = (script: Script, differs: Partial<SubscriptionRow> = {}) => {
  const time = createVirtualTime(BEGIN_MS);
  const rows = new Map<string, Execution>();
  const attempts = new Map<string, Attempt[]>();
  const seen: Seen[] = [];
  const statuses: { status: string; at_ms: number }[] = [];
  const counts: Counts = {};
  const lane = { owner: null as string | null, until_ms: 0, wanted: false };
  const stop = new AbortController();
  let row: SubscriptionRow | null = subscribed(differs);
  let underWay = 0;

  const put = (before: Execution, after: Execution): Execution | null => {
    if (rows.get(before.execution_id)?.rev !== before.rev) return null;
    const written = { ...after, rev: before.rev + 1 };
    rows.set(before.execution_id, written);
    return written;
  };

  const rowsOf = (owner: string): LaneRows => ({
    subscription: async () => row,
    take: async () => {
      if (lane.owner !== null && lane.owner !== owner && lane.until_ms > time.clock()) {
        lane.wanted = true;
        return 'busy';
      }
      Object.assign(lane, { owner, until_ms: time.clock() + 90_000, wanted: false });
      return 'taken';
    },
    renew: async () => {
      if (lane.owner !== owner) return false;
      lane.until_ms = time.clock() + 90_000;
      return true;
    },
    giveBack: async () => {
      if (lane.owner !== owner) return 'returned';
      if (lane.wanted) {
        lane.wanted = false;
        return 'wanted';
      }
      lane.owner = null;
      return 'returned';
    },
    due: async (priority, byMs, limit) =>
      [...rows.values()]
        .filter((one) => one.priority === priority && one.due_ms !== null && one.due_ms <= byMs)
        .sort((a, b) => (a.due_ms ?? 0) - (b.due_ms ?? 0))
        .slice(0, limit),
    execution: async (id) => rows.get(id) ?? null,
    claim: async (execution, due_ms) =>
      put(execution, {
        ...execution,
        status: 'in_progress',
        claims: execution.claims + 1,
        due_ms,
        started_ms: execution.started_ms ?? time.clock(),
      }),
    finish: async (claimed, attempt, after) => {
      const written = put(claimed, { ...after, attempts: attempt.attempt, claims: 0 });
      if (written === null) return 'lost';
      attempts.set(claimed.execution_id, [...(attempts.get(claimed.execution_id) ?? []), attempt]);
      return 'written';
    },
    change: async (before, after) => (put(before, after) === null ? 'stale' : 'changed'),
    writeState: async (before, after) => {
      if (row?.state_rev !== before.state_rev) return 'stale';
      row = { ...row, ...stateOf(after), state_rev: before.state_rev + 1 };
      return 'written';
    },
  });

  const attempt: LaneDeps['attempt'] = async ({ execution, attempt, is_probe }) => {
    const { execution_id, priority } = execution;
    underWay += 1;
    const at_ms = time.clock();
    const one = { execution_id, priority, at_ms, is_probe, under_way: underWay };
    seen.push(one);
    const { result, ms, retry_after_ms = null } = script(one, seen.length - 1);
    await time.sleep(ms);
    underWay -= 1;
    if (result === 'throw') throw new Error('the script says so');
    const [status, error] =
      result === 'ok' ? [200, null] : [result === 'gone' ? 410 : 500, `answered ${result}`];
    return {
      result,
      retry_after_ms,
      answer: { status, content_type: null, body: '', truncated: false },
      attempt: {
        attempt,
        at_ms,
        duration_ms: ms,
        status,
        error,
        response_headers: {},
        response_body: null,
        is_probe,
      },
    };
  };

  let calls = 0;
  /** The same rows, whose calls meet what `fates` says. */
  const unsure = (rows: LaneRows): LaneRows => {
    let isDead = false;
    const meet = async <T>(call: () => Promise<T>): Promise<T> => {
      const fate = isDead ? 'dies' : fates.of(calls++);
      if (fate === 'dies') {
        isDead = true;
        return new Promise<never>(() => {});
      }
      if (fate === 'refused') throw new UnavailableError('table', new Error('the test says so'));
      const result = await call();
      if (fate === 'lost') throw new UnavailableError('table', new Error('the test says so'));
      return result;
    };
    return {
      subscription: () => meet(() => rows.subscription()),
      take: () => meet(() => rows.take()),
      renew: () => meet(() => rows.renew()),
      giveBack: () => meet(() => rows.giveBack()),
      due: (...given) => meet(() => rows.due(...given)),
      execution: (...given) => meet(() => rows.execution(...given)),
      claim: (...given) => meet(() => rows.claim(...given)),
      finish: (...given) => meet(() => rows.finish(...given)),
      change: (...given) => meet(() => rows.change(...given)),
      writeState: (...given) => meet(() => rows.writeState(...given)),
    };
  };
  const fates: { of: (nth: number) => Fate | undefined } = { of: () => undefined };

  const depsOf = (owner: string): LaneDeps => ({
    rows: unsure(rowsOf(owner)),
    attempt,
    clock: time.clock,
    sleep: time.sleep,
    chance: () => 0,
    log: pino({ level: 'silent' }),
    count: summed(counts),
    stop: stop.signal,
    onStatus: async ({ status }) => void statuses.push({ status, at_ms: time.clock() }),
  });

  const open = (owner: string) => {
    if (row === null) throw new Error('there is no subscription');
    return startLane(depsOf(owner), row);
  };

  /** Starts a lane whenever the schedule would, until so much time has passed. */
  const play = async (ms: number, everyMs = 60_000): Promise<void> => {
    const until = time.clock() + ms;
    for (let n = 0; time.clock() < until; n += 1) {
      const { done } = open(`run-${n}`);
      // A process that dies never ends its lane; the next one is started all the same.
      await Promise.race([done.catch(() => {}), time.sleep(5 * 60_000)]);
      await time.sleep(everyMs);
    }
  };

  return {
    time,
    seen,
    statuses,
    counts,
    stop,
    rows,
    attempts,
    lane,
    open,
    get row() {
      return row;
    },
    /** What people do. */
    change: (differs: Partial<SubscriptionRow>): void => {
      if (row !== null) row = { ...row, ...differs, state_rev: row.state_rev + 1, rev: row.rev + 1 };
    },
    put: (...executions: Execution[]): void => {
      for (const one of executions) rows.set(one.execution_id, one);
    },
    /** One lane, until it is given back. */
    run: (owner = 'one'): Promise<LaneReport> => time.run(open(owner).done),
    fates,
    play,
    runFor: (ms: number, everyMs?: number): Promise<void> => time.run(play(ms, everyMs)),
    all: (): Execution[] => [...rows.values()],
  };
};

const stateOf = ({
  status,
  failed_in_a_row,
  opened_ms,
  next_probe_ms,
  probes,
  width,
  ...row
}: SubscriptionRow) => ({
  status,
  failed_in_a_row,
  opened_ms,
  next_probe_ms,
  probes,
  width,
  status_reason: row.status_reason,
  status_ms: row.status_ms,
});
