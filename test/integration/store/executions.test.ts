import { beforeAll, describe, expect, it } from 'vitest';
import { executionIdOf } from '../../../src/domain/execution.ts';
import { newSubscriptionId } from '../../../src/domain/subscription.ts';
import { embeddedConfig } from '../../../src/local/aws-config.ts';
import { createDocumentClient, createDynamoDb } from '../../../src/platform/dynamodb.ts';
import { getItem, type Table } from '../../../src/store/calls/table.ts';
import { behindEntries } from '../../../src/store/events/issue-events.ts';
import {
  changeExecution,
  claimExecution,
  finishAttempt,
} from '../../../src/store/executions/change-execution.ts';
import { countDue, dueOf } from '../../../src/store/executions/due.ts';
import { executionKey } from '../../../src/store/executions/execution-keys.ts';
import {
  attemptsOf,
  executionsOfEvent,
  getExecution,
  putExecution,
} from '../../../src/store/executions/executions.ts';
import { listExecutionsOfDay, listExecutionsOfIssue } from '../../../src/store/executions/list-executions.ts';
import { createTable } from '../../support/app.ts';
import { someAttempt, someEventId, someExecution } from '../../support/executions.ts';
import { useEngine } from '../../support/use-engine.ts';

const engine = useEngine();
let table: Table;
const signal = AbortSignal.timeout(300_000);
const NOW = Date.UTC(2026, 10, 22, 19, 30, 0);

beforeAll(async () => {
  const config = embeddedConfig(engine.endpoint);
  const name = await createTable(engine.endpoint);
  table = { client: createDynamoDb(config), documentClient: createDocumentClient(config), name };
});

const call = () => ({ table, signal });
const place = (tenant = 'retail') => ({ table, tenant, signal });

const make = async (differing: Parameters<typeof someExecution>[0] = {}) => {
  const execution = someExecution(differing);
  expect(await putExecution(call(), execution)).toBe('made');
  return execution;
};

const get = (id: string, nowMs = NOW, tenant = 'retail') => getExecution(place(tenant), id, nowMs);

const claim = async (execution: Awaited<ReturnType<typeof make>>, owner = 'lane-1') => {
  const claimed = await claimExecution(call(), execution, { owner, now_ms: NOW, until_ms: NOW + 45_000 });
  if (claimed === null) throw new Error('not claimed');
  return claimed;
};

describe('an execution', () => {
  it('is read as it was put, whatever it holds, and by its own tenant alone', async () => {
    const execution = await make({
      reason: 'Größe\u0000\ud800',
      result: { status: 200, content_type: 'text/plain', body: 'ä'.repeat(32_768), truncated: true },
      event_type: 'half of a pair \ud800',
      issue_key: null,
      replay_of: 'exe_x',
    });
    expect(await get(execution.execution_id)).toEqual(execution);
    expect(await get(execution.execution_id, NOW, 'default')).toBeNull();
    expect(await get('nonsense')).toBeNull();
    expect(await get(someExecution().execution_id)).toBeNull();
  });

  it('is there once, whoever finds out first that its event matches', async () => {
    const execution = someExecution();
    const puts = [1, 2, 3, 4].map((ms) =>
      putExecution(call(), someExecution({ ...execution, run_id: `${execution.run_id.slice(0, -1)}${ms}` })),
    );
    expect((await Promise.all(puts)).toSorted()).toEqual(['made', 'there', 'there', 'there']);
    const claimed = await claim((await get(execution.execution_id)) ?? execution);
    expect(await putExecution(call(), execution)).toBe('there');
    expect(await get(execution.execution_id)).toEqual(claimed);
  });

  it('is gone when it has expired, though its row is there for days, and the same event may come anew', async () => {
    const expires_at = NOW / 1000;
    const execution = await make({ expires_at, issue_id: '70' });
    const claimed = await claim(execution);
    await finishAttempt(call(), claimed, someAttempt(), { ...claimed, status: 'queued', due_ms: NOW });
    expect(await get(execution.execution_id, NOW - 1)).toMatchObject({ attempts: 1 });
    expect(await get(execution.execution_id, NOW)).toBeNull();
    expect(await executionsOfEvent(place(), execution.event_id, NOW)).toEqual([]);
    expect(await attemptsOf(call(), execution.execution_id, NOW)).toEqual([]);
    const due = { subscription_id: execution.subscription_id, priority: 'normal', limit: 5 } as const;
    expect(await dueOf(place(), { ...due, now_ms: NOW - 1 })).toEqual([]);
    expect(await dueOf(place(), { ...due, now_ms: NOW })).toEqual([]);
    const anew = someExecution({ ...execution, created_ms: NOW, expires_at: expires_at + 9 });
    expect(await putExecution(call(), anew)).toBe('made');
    expect(await get(execution.execution_id)).toEqual(anew);
    expect(await attemptsOf(call(), execution.execution_id, NOW)).toEqual([]);
  });

  it('is found by its event with those of other subscriptions and what repeats it, and no attempt is among them', async () => {
    const event_id = someEventId();
    const first = await make({ event_id });
    const other = await make({ event_id });
    const execution_id = executionIdOf(event_id, first.subscription_id, 1);
    const repeated = await make({ ...first, execution_id, replay_of: first.execution_id });
    await make();
    const claimed = await claim(first);
    await finishAttempt(call(), claimed, someAttempt(), { ...claimed, status: 'completed', due_ms: null });
    const found = await executionsOfEvent(place(), event_id, NOW);
    expect(found.map((one) => one.execution_id).toSorted()).toEqual(
      [first, other, repeated].map((one) => one.execution_id).toSorted(),
    );
    expect(await executionsOfEvent(place('default'), event_id, NOW)).toEqual([]);
    expect(await attemptsOf(call(), repeated.execution_id, NOW)).toEqual([]);
    expect(await attemptsOf(call(), first.execution_id, NOW)).toEqual([someAttempt()]);
  });
});

describe('an attempt', () => {
  it('is written with what became of the execution, only by the claim in force', async () => {
    const execution = await make();
    const claimed = await claim(execution);
    expect(claimed).toMatchObject({ status: 'in_progress', claims: 1, started_ms: NOW, rev: 2 });
    const again = await claim(claimed, 'lane-2');
    const done = { ...claimed, status: 'completed', due_ms: null, completed_ms: NOW } as const;
    expect(await finishAttempt(call(), claimed, someAttempt(), done)).toBe('lost');
    expect(await attemptsOf(call(), execution.execution_id, NOW)).toEqual([]);
    const failed = { ...again, status: 'queued', tries: 1, due_ms: NOW + 30_000 } as const;
    expect(await finishAttempt(call(), again, someAttempt({ status: 500 }), failed)).toBe('written');
    expect(await get(execution.execution_id)).toEqual({ ...failed, rev: 4, attempts: 1, claims: 0 });
    expect(await finishAttempt(call(), claimed, someAttempt(), done)).toBe('lost');
    expect(await finishAttempt(call(), again, someAttempt(), failed)).toBe('written');
    expect(await attemptsOf(call(), execution.execution_id, NOW)).toEqual([someAttempt({ status: 500 })]);
  });

  it('takes the twenty-first before it away, because a target may be probed for a day', async () => {
    let execution = await make();
    for (let attempt = 1; attempt <= 23; attempt += 1) {
      const claimed = await claim(execution);
      const after = { ...claimed, status: 'queued', due_ms: NOW } as const;
      expect(await finishAttempt(call(), claimed, someAttempt({ attempt }), after)).toBe('written');
      execution = (await get(execution.execution_id)) ?? execution;
    }
    const kept = await attemptsOf(call(), execution.execution_id, NOW);
    expect(kept.map(({ attempt }) => attempt)).toEqual(Array.from({ length: 20 }, (_, n) => n + 4));
  });
});

describe('a change without an attempt', () => {
  it('is refused when the execution has moved on since, and counts when just that is there already', async () => {
    const execution = await make();
    const cancelled = { ...execution, status: 'cancelled', due_ms: null, completed_ms: NOW } as const;
    expect(await changeExecution(call(), execution, cancelled)).toBe('changed');
    expect(await changeExecution(call(), execution, cancelled)).toBe('changed');
    expect(await changeExecution(call(), execution, { ...cancelled, reason: 'x' })).toBe('stale');
    const claiming = { owner: 'lane', now_ms: NOW, until_ms: NOW };
    expect(await claimExecution(call(), execution, claiming)).toBeNull();
    expect(await get(execution.execution_id)).toEqual({ ...cancelled, rev: 2 });
  });

  it('makes no execution of one that was erased', async () => {
    const execution = someExecution();
    expect(await changeExecution(call(), execution, execution)).toBe('stale');
    expect(await claimExecution(call(), execution, { owner: 'l', now_ms: NOW, until_ms: NOW })).toBeNull();
    expect(await finishAttempt(call(), execution, someAttempt(), execution)).toBe('lost');
    expect(await getItem(call(), executionKey(execution.execution_id))).toBeNull();
  });
});

describe('what is due', () => {
  it('comes oldest first, of its subscription and priority alone, what a dead lane had claimed among it', async () => {
    const subscription_id = newSubscriptionId();
    const at = (due_ms: number, differing = {}) => make({ subscription_id, due_ms, ...differing });
    const [third, first, second] = [await at(NOW), await at(NOW - 9), await at(NOW - 5)];
    await at(NOW + 1);
    await at(NOW - 50, { priority: 'high' });
    await at(NOW - 50, { tenant_id: 'default' });
    await make({ due_ms: NOW - 50 });
    await at(NOW - 50, { status: 'completed', due_ms: null });
    const claimed = await claimExecution(call(), second, {
      owner: 'dead',
      now_ms: NOW - 5,
      until_ms: NOW - 1,
    });
    const query = { subscription_id, priority: 'normal', now_ms: NOW } as const;
    expect(await dueOf(place(), { ...query, limit: 10 })).toEqual([first, claimed, third]);
    expect(await dueOf(place(), { ...query, limit: 2 })).toEqual([first, claimed]);
    expect(await countDue(place(), subscription_id, { now_ms: NOW, most: 10 })).toEqual({
      waiting: 4,
      oldest_due_ms: NOW - 50,
    });
    expect(await countDue(place(), subscription_id, { now_ms: NOW + 1, most: 10 })).toMatchObject({
      waiting: 5,
    });
    expect(await countDue(place(), subscription_id, { now_ms: NOW, most: 3 })).toMatchObject({ waiting: 3 });
    const nothing = { waiting: 0, oldest_due_ms: null };
    expect(await countDue(place(), newSubscriptionId(), { now_ms: NOW, most: 3 })).toEqual(nothing);
  });

  it('is found behind any number of rows that have expired, because these stay in the index for days', async () => {
    const subscription_id = newSubscriptionId();
    for (const due_ms of [1, 2, 3, 4, 5]) await make({ subscription_id, due_ms, expires_at: NOW / 1000 });
    const alive = [await make({ subscription_id, due_ms: 6 }), await make({ subscription_id, due_ms: 7 })];
    const query = { subscription_id, priority: 'normal', now_ms: NOW, limit: 2 } as const;
    expect(await dueOf(place(), query)).toEqual(alive);
  });
});

describe('a list of executions', () => {
  it('of a day has them newest first, page by page, by status and subscription too', async () => {
    const tenant_id = 'day-list';
    const subscription_id = newSubscriptionId();
    const made = [];
    for (let ms = 0; ms < 7; ms += 1)
      made.push(
        await make({
          tenant_id,
          created_ms: Date.UTC(2026, 10, 22, 19, 0, 0, ms),
          ...(ms % 2 === 0 ? { subscription_id } : { status: 'failed', due_ms: null }),
        }),
      );
    const day = { day: '2026-11-22', status: null, subscription_id: null, before: null, limit: 3 };
    const ids: string[] = [];
    let before: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof listExecutionsOfDay>> = await listExecutionsOfDay(
        place(tenant_id),
        { ...day, before },
        NOW,
      );
      ids.push(...page.executions.map(({ execution_id }) => execution_id));
      before = page.next;
    } while (before !== null);
    expect(ids).toEqual(made.toReversed().map(({ execution_id }) => execution_id));
    const find = async (differing: Partial<typeof day>, query = {}) =>
      (await listExecutionsOfDay(place(tenant_id), { ...day, limit: 9, ...differing, ...query }, NOW))
        .executions;
    expect(await find({}, { status: 'failed' })).toEqual([made[5], made[3], made[1]]);
    expect(await find({}, { subscription_id })).toEqual([made[6], made[4], made[2], made[0]]);
    expect(await find({}, { subscription_id, status: 'failed' })).toEqual([]);
    expect(await find({ day: '2026-11-23' })).toEqual([]);
    expect(await listExecutionsOfDay(place('day-list-2'), day, NOW)).toEqual({ executions: [], next: null });
  });

  it('of an issue has those of its id and of its keys alone, and goes on behind the last', async () => {
    const tenant_id = 'issue-list';
    const at = (second: number, names: { issue_id: string | null; issue_key: string | null }) =>
      make({ tenant_id, created_ms: Date.UTC(2026, 10, 22, 19, 0, second), ...names });
    const made = [
      await at(1, { issue_id: '5', issue_key: 'OPS-5' }),
      await at(2, { issue_id: null, issue_key: 'OPS-5' }),
      await at(3, { issue_id: '5', issue_key: null }),
      await at(4, { issue_id: null, issue_key: 'OLD-5' }),
    ];
    await at(5, { issue_id: '6', issue_key: 'OPS-5' });
    await at(6, { issue_id: null, issue_key: null });
    const names = { issue_id: '5', keys: ['OPS-5', 'OLD-5'] };
    const start = { by_id: null, by_key: null };
    const first = await listExecutionsOfIssue(place(tenant_id), names, { limit: 3, after: start }, NOW);
    expect(first.more).toBe(true);
    const after = behindEntries(first.entries, start);
    const rest = await listExecutionsOfIssue(place(tenant_id), names, { limit: 3, after }, NOW);
    expect(rest.more).toBe(false);
    expect([...first.entries, ...rest.entries].map(({ execution }) => execution)).toEqual(made.toReversed());
  });
});
