import * as fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Execution } from '../../../src/domain/execution.ts';
import { embeddedConfig } from '../../../src/local/aws-config.ts';
import { createDocumentClient, createDynamoDb } from '../../../src/platform/dynamodb.ts';
import { newRunId } from '../../../src/platform/run-id.ts';
import type { Table } from '../../../src/store/calls/table.ts';
import {
  changeExecution,
  claimExecution,
  finishAttempt,
} from '../../../src/store/executions/change-execution.ts';
import { attemptsOf, getExecution, putExecution } from '../../../src/store/executions/executions.ts';
import { renewLane, returnLane, takeLane } from '../../../src/store/executions/lanes.ts';
import {
  changeSubscription,
  createSubscription,
} from '../../../src/store/subscriptions/change-subscription.ts';
import {
  getSubscription,
  type SubscriptionRow,
  writeState,
} from '../../../src/store/subscriptions/subscription-row.ts';
import { createTable } from '../../support/app.ts';
import { someRun } from '../../support/connections.ts';
import { depth } from '../../support/depth.ts';
import { someAttempt, someExecution } from '../../support/executions.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { someSubscription } from '../../support/subscriptions.ts';
import { useEngine } from '../../support/use-engine.ts';

const engine = useEngine();
let table: Table;
let far: Table;
let proxy: FaultProxy;
const signal = AbortSignal.timeout(300_000);
const NOW = Date.UTC(2026, 10, 22, 19, 30, 0);

const tableAt = (endpoint: string, name: string): Table => ({
  client: createDynamoDb(embeddedConfig(endpoint)),
  documentClient: createDocumentClient(embeddedConfig(endpoint)),
  name,
});

beforeAll(async () => {
  const name = await createTable(engine.endpoint);
  table = tableAt(engine.endpoint, name);
  proxy = await startFaultProxy(engine.endpoint);
  far = tableAt(proxy.endpoint, name);
  return () => proxy.close();
});

beforeEach(() => proxy.heal());

const near = () => ({ table, signal });
const get = async ({ execution_id }: Execution): Promise<Execution> => {
  const execution = await getExecution({ ...near(), tenant: 'retail' }, execution_id, NOW);
  if (execution === null) throw new Error('gone');
  return execution;
};

const claimOf = (owner: string, at: number) => ({ owner, now_ms: at, until_ms: at + 45_000 });

const WRITES = ['PutItem', 'UpdateItem', 'DeleteItem', 'TransactWriteItems'];

/** A process that dies at its first write: before it, or when it is through and its answer on the way. */
const dieAt = async (
  where: 'before' | 'after',
  write: (place: { table: Table; signal: AbortSignal }) => Promise<unknown>,
) => {
  // A way of its own to the table, which is closed with the process: nothing is tried again from beyond.
  const own = await startFaultProxy(engine.endpoint);
  own.fail(where === 'before' ? { kind: 'hang' } : { kind: 'mute' }, { operations: WRITES });
  const struck = own.nextStrike();
  const death = new AbortController();
  const ended = write({ table: tableAt(own.endpoint, table.name), signal: death.signal }).then(
    () => 'ended',
    () => 'died',
  );
  await struck;
  death.abort();
  expect(await ended).toBe('died');
  await own.close();
};

const audit = { who: 'local', what: 'subscription-changed' } as const;

describe.each(['before', 'after'] as const)('a process that is killed %s the write of', (where) => {
  const done = where === 'after';

  it('an execution leaves it to whoever looks next, once', async () => {
    const execution = someExecution();
    await dieAt(where, (place) => putExecution(place, execution));
    const again = someExecution({ ...execution, run_id: newRunId(NOW) });
    expect(await putExecution(near(), again)).toBe(done ? 'there' : 'made');
    expect(await get(execution)).toEqual(done ? execution : again);
  });

  it('a claim leaves an execution that is due, at the latest when the lease is over', async () => {
    const execution = someExecution();
    await putExecution(near(), execution);
    await dieAt(where, (place) => claimExecution(place, execution, claimOf('dead', NOW)));
    const left = await get(execution);
    expect(left).toMatchObject(done ? { claims: 1, due_ms: NOW + 45_000 } : execution);
    const later = await claimExecution(near(), left, claimOf('next', NOW + 45_000));
    expect(later).toMatchObject({ status: 'in_progress', claims: done ? 2 : 1 });
  });

  it('an attempt leaves both it and what became of the execution, or neither', async () => {
    const execution = someExecution();
    await putExecution(near(), execution);
    const claimed = await claimExecution(near(), execution, claimOf('dead', NOW));
    if (claimed === null) throw new Error('not claimed');
    const after = { ...claimed, status: 'completed', due_ms: null, completed_ms: NOW } as const;
    await dieAt(where, (place) => finishAttempt(place, claimed, someAttempt(), after));
    expect(await get(execution)).toMatchObject(done ? { status: 'completed', attempts: 1 } : claimed);
    expect(await attemptsOf(near(), execution.execution_id, NOW)).toEqual(done ? [someAttempt()] : []);
    expect(await finishAttempt(near(), claimed, someAttempt(), after)).toBe('written');
    expect(await get(execution)).toMatchObject({ status: 'completed', attempts: 1, rev: 3 });
  });

  it('a change of an execution leaves it as it was or as it is to be, and may be asked for again', async () => {
    const execution = someExecution({ status: 'failed', due_ms: null });
    await putExecution(near(), execution);
    const queued = { ...execution, status: 'queued', due_ms: NOW } as const;
    await dieAt(where, (place) => changeExecution(place, execution, queued));
    expect(await get(execution)).toEqual(done ? { ...queued, rev: 2 } : execution);
    expect(await changeExecution(near(), execution, queued)).toBe('changed');
    expect(await get(execution)).toEqual({ ...queued, rev: 2 });
  });

  it('a lane leaves it free, or taken until its lease ends', async () => {
    const lane = { subscription_id: someSubscription().subscription_id };
    await dieAt(where, (place) => takeLane(place, { ...lane, owner: 'dead', now_ms: NOW }));
    const next = (now_ms: number) => takeLane(near(), { ...lane, owner: 'next', now_ms });
    expect(await next(NOW)).toBe(done ? 'busy' : 'taken');
    expect(await next(NOW + 90_000)).toBe('taken');
    await dieAt(where, (place) => renewLane(place, { ...lane, owner: 'next', now_ms: NOW + 100_000 }));
    expect(await takeLane(near(), { ...lane, owner: 'third', now_ms: NOW + 180_000 })).toBe(
      done ? 'busy' : 'taken',
    );
  });

  it('a lane that is given back leaves it so, or taken until its lease ends', async () => {
    const lane = { subscription_id: someSubscription().subscription_id, owner: 'dead' };
    await takeLane(near(), { ...lane, now_ms: NOW });
    await dieAt(where, (place) => returnLane(place, lane));
    const next = (now_ms: number) => takeLane(near(), { ...lane, owner: 'next', now_ms });
    expect(await next(NOW)).toBe(done ? 'taken' : 'busy');
    expect(await next(NOW + 90_000)).toBe('taken');
  });

  it('a subscription leaves it with its audit event, or nothing', async () => {
    const subscription = someSubscription();
    const created = { ...audit, what: 'subscription-created' } as const;
    await dieAt(where, (place) =>
      createSubscription(place, subscription, created, { ...someRun(), ...place }),
    );
    const place = near();
    expect(await getSubscription(place, subscription.subscription_id)).toEqual(done ? subscription : null);
  });

  it("a change of a subscription leaves it whole, and does not undo the lane's", async () => {
    const subscription = someSubscription();
    const created = { ...audit, what: 'subscription-created' } as const;
    await createSubscription(near(), subscription, created, someRun());
    const read = () => getSubscription(near(), subscription.subscription_id);
    const state: SubscriptionRow = { ...subscription, failed_in_a_row: 2 };
    await dieAt(where, (place) => writeState(place, subscription, state));
    expect(await read()).toEqual(done ? { ...state, state_rev: 2 } : subscription);
    expect(await writeState(near(), subscription, state)).toBe('written');
    const before = { ...state, state_rev: 2 };
    const after: SubscriptionRow = { ...before, status: 'paused', name: 'new' };
    const change = (place: { table: Table; signal: AbortSignal }) =>
      changeSubscription({ ...place, retention_days: 90 }, before, after, audit, { ...someRun(), ...place });
    await dieAt(where, change);
    expect(await read()).toEqual(done ? { ...after, rev: 2, state_rev: 3 } : before);
    expect(await change(near())).toBe(done ? 'stale-revision' : 'changed');
  });
});

/** One claimer's step: whether the answer to its write is lost, and tried again by the client. */
type Step = { who: 'a' | 'b'; what: 'read' | 'claim' | 'finish'; lost: boolean };

describe('of two that claim the same execution', () => {
  it('one owns each attempt, in any order and whichever answers get lost', { timeout: 120_000 }, async () => {
    const step: fc.Arbitrary<Step> = fc.record({
      who: fc.constantFrom('a', 'b'),
      what: fc.constantFrom('read', 'claim', 'finish'),
      lost: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
        const first = someExecution();
        await putExecution(near(), first);
        const read = { a: first, b: first };
        const claims: Record<'a' | 'b', Execution | null> = { a: null, b: null };
        let row = first;
        let finished = 0;
        for (const { who, what, lost } of steps) {
          proxy.heal();
          if (lost) proxy.fail({ kind: 'lost', cut: 'before' }, { operations: WRITES, times: 1 });
          const place = { table: far, signal };
          if (what === 'read') read[who] = await get(first);
          else if (what === 'claim') {
            const claimed = await claimExecution(place, read[who], claimOf(`${who}${row.rev}`, NOW));
            expect(claimed !== null).toBe(read[who].rev === row.rev);
            if (claimed !== null) row = claims[who] = claimed;
          } else if (claims[who] !== null) {
            const claimed = claims[who];
            const attempt = someAttempt({ attempt: claimed.attempts + 1, response_body: who });
            const after = { ...claimed, status: 'queued', due_ms: NOW } as const;
            const result = await finishAttempt(place, claimed, attempt, after);
            expect(result).toBe(claimed.rev === row.rev ? 'written' : 'lost');
            claims[who] = null;
            if (result === 'written') finished += 1;
            row = await get(first);
          }
        }
        expect(await get(first)).toEqual(row);
        expect(row.attempts).toBe(finished);
        expect(await attemptsOf(near(), first.execution_id, NOW)).toHaveLength(finished);
      }),
      { numRuns: depth(12, 200) },
    );
  });

  it('one gets it when both ask at once, and its own claim whose answer got lost is no reason to wait', async () => {
    for (let turn = 0; turn < 8; turn += 1) {
      const execution = someExecution();
      await putExecution(near(), execution);
      proxy.fail({ kind: 'lost', cut: 'before' }, { operations: WRITES, times: 1 });
      const both = await Promise.all(
        ['a', 'b'].map((owner) => claimExecution({ table: far, signal }, execution, claimOf(owner, NOW))),
      );
      expect(both.filter((claimed) => claimed !== null)).toHaveLength(1);
    }
  });
});
