import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SendMessage } from '../../../src/contract/send-message.ts';
import { type Execution, executionIdOf } from '../../../src/domain/execution.ts';
import { changeExecution, claimExecution } from '../../../src/store/executions/change-execution.ts';
import { dueOf } from '../../../src/store/executions/due.ts';
import { executionsOfEvent, getExecution, putExecution } from '../../../src/store/executions/executions.ts';
import { createSubscription } from '../../../src/store/subscriptions/change-subscription.ts';
import { type Answer, startApp, type TestApp } from '../../support/app.ts';
import { someRun } from '../../support/connections.ts';
import { someExecution } from '../../support/executions.ts';
import { someSubscription } from '../../support/subscriptions.ts';
import { useEngine } from '../../support/use-engine.ts';

const NOON = Date.parse('2026-11-22T20:00:00.000Z');

const engine = useEngine();
const time = { now: NOON };
const hinted: SendMessage[] = [];
let app: TestApp;
let subscription_id: string;

beforeAll(async () => {
  app = await startApp({
    endpoint: engine.endpoint,
    clock: () => time.now,
    sender: {
      hint: async (message) => void hinted.push(message),
      ping: () => expect.unreachable(),
    },
  });
  subscription_id = await subscribe();
});

beforeEach(() => {
  time.now = NOON;
  hinted.length = 0;
});

const place = () => ({ table: app.events.table, tenant: 'default', signal: AbortSignal.timeout(10_000) });

const subscribe = async (differing: object = {}): Promise<string> => {
  const subscription = someSubscription({ tenant_id: 'default', ...differing });
  const audit = { who: 'local', what: 'subscription-created' } as const;
  await createSubscription({ table: app.events.table }, subscription, audit, someRun());
  return subscription.subscription_id;
};

/** An execution as it may have ended. */
const execution = async (differing: Partial<Execution> = {}): Promise<Execution> => {
  const made = someExecution({ tenant_id: 'default', subscription_id, ...differing });
  await putExecution(place(), made);
  return made;
};

const ENDED = { due_ms: null, tries: 4, attempts: 7, started_ms: NOON - 2, completed_ms: NOON - 1 };
const FAILED = { ...ENDED, status: 'failed', reason: 'answered 500' } as const;
const COMPLETED = {
  ...{ ...ENDED, status: 'completed' as const },
  result: { status: 200, content_type: null, body: 'done', truncated: false },
};

const ask = (
  what: 'retry' | 'cancel',
  { execution_id }: { execution_id: string },
  base = '',
): Promise<Answer> => app.manage('POST', `${base}/executions/${execution_id}/${what}`, { body: {} });

const typeOf = ({ status, body }: Answer) => [status, String(body.type).split(':').at(-1)];

const rowOf = async (id: string): Promise<Execution> => {
  const row = await getExecution(place(), id, time.now);
  if (row === null) throw new Error('expected an execution');
  return row;
};

const hintFor = (execution_id: string) => ({
  task: 'send',
  tenant_id: 'default',
  subscription_id,
  execution_ids: [execution_id],
});

describe('a retry', () => {
  it.each([
    ['failed', FAILED],
    ['cancelled', { ...ENDED, status: 'cancelled', reason: 'cancelled by hand' }],
  ] as const)(
    'queues one that was %s under its id, with all its tries, and counts attempts on',
    async (_, ended) => {
      const made = await execution(ended);
      const { status, body } = await ask('retry', made);
      expect(status).toBe(200);
      expect(body).toMatchObject({
        ...{ execution_id: made.execution_id, status: 'queued', reason: null, tries: 0, result: null },
        ...{ started_at: null, completed_at: null, next_attempt_at: '2026-11-22T20:00:00.000Z' },
      });
      expect(await rowOf(made.execution_id)).toEqual({
        ...made,
        ...{ status: 'queued', reason: null, tries: 0, due_ms: NOON, started_ms: null, completed_ms: null },
        rev: 2,
      });
      const { priority } = made;
      const due = await dueOf(place(), { subscription_id, priority, now_ms: NOON, limit: 100 });
      expect(due.map(({ execution_id }) => execution_id)).toContain(made.execution_id);
      expect(hinted).toEqual([hintFor(made.execution_id)]);
    },
  );

  it('repeats a completed one with a new execution, and leaves it as it is', async () => {
    const made = await execution(COMPLETED);
    const first = await ask('retry', made);
    const id = executionIdOf(made.event_id, subscription_id, 1);
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({
      ...{ execution_id: id, status: 'queued', replay_of: made.execution_id, tries: 0, result: null },
      created_at: '2026-11-22T20:00:00.000Z',
    });
    expect(await rowOf(made.execution_id)).toEqual(made);
    expect(await rowOf(id)).toMatchObject({ attempts: 0, rev: 1, expires_at: made.expires_at });
    expect(hinted).toEqual([hintFor(id)]);
    const repeated = await rowOf(id);
    await changeExecution(place(), repeated, { ...repeated, ...COMPLETED });
    const second = await ask('retry', { execution_id: id });
    expect(second.body).toMatchObject({
      execution_id: executionIdOf(made.event_id, subscription_id, 2),
      replay_of: id,
    });
  });

  it('asked for twice, or by many at once, makes one repetition, because an answer may get lost', async () => {
    const made = await execution(COMPLETED);
    const answers = await Promise.all([1, 2, 3, 4].map(() => ask('retry', made)));
    const again = await ask('retry', made);
    const id = executionIdOf(made.event_id, subscription_id, 1);
    expect([...answers, again].map(({ body }) => body.execution_id)).toEqual(
      Array.from({ length: 5 }, () => id),
    );
    expect(again.status).toBe(200);
    expect(await executionsOfEvent(place(), made.event_id, NOON)).toHaveLength(2);
  });

  it('is refused for what is still to be sent', async () => {
    const queued = await execution();
    const running = await execution({ status: 'in_progress', claims: 1, due_ms: NOON + 45_000 });
    for (const made of [queued, running]) {
      const refused = await ask('retry', made);
      expect(typeOf(refused)).toEqual([409, 'wrong-status']);
      expect(refused.body.detail).toContain(`The execution is ${made.status}`);
      expect(await rowOf(made.execution_id)).toEqual(made);
    }
    expect(hinted).toEqual([]);
  });

  it('is refused where the subscription is deleted or gone, because nothing would ever send it', async () => {
    const deleted = await subscribe({ status: 'deleted' });
    const gone = someSubscription().subscription_id;
    for (const id of [deleted, gone])
      for (const ended of [FAILED, COMPLETED]) {
        const made = await execution({ ...ended, subscription_id: id });
        expect(typeOf(await ask('retry', made))).toEqual([409, 'wrong-status']);
        expect(await rowOf(made.execution_id)).toEqual(made);
      }
  });

  it('waits where the target is not asked, and says for what', async () => {
    for (const [status, waits_for] of [
      ['paused', 'paused'],
      ['disabled', 'disabled'],
      ['open', 'breaker'],
    ] as const) {
      const made = await execution({ ...FAILED, subscription_id: await subscribe({ status }) });
      expect((await ask('retry', made)).body).toMatchObject({ status: 'queued', waits_for });
    }
    expect(hinted).toEqual([]);
  });
});

describe('a cancellation', () => {
  it('ends what is queued, so that it is due no more', async () => {
    const made = await execution({ tries: 1, attempts: 1, due_ms: NOON + 30_000 });
    const { status, body } = await ask('cancel', made);
    expect([status, body]).toMatchObject([
      200,
      { status: 'cancelled', reason: 'cancelled by hand', next_attempt_at: null, tries: 1 },
    ]);
    expect(await rowOf(made.execution_id)).toMatchObject({ due_ms: null, completed_ms: NOON, rev: 2 });
    expect(typeOf(await ask('cancel', made))).toEqual([409, 'wrong-status']);
  });

  it.each([
    ['in_progress', { status: 'in_progress', claims: 1 }],
    ['completed', COMPLETED],
    ['failed', FAILED],
  ] as const)(
    'is refused for one that is %s, because its target may have got it',
    async (status, differing) => {
      const made = await execution(differing);
      const refused = await ask('cancel', made);
      expect(typeOf(refused)).toEqual([409, 'wrong-status']);
      expect(refused.body.detail).toContain(status);
      expect(await rowOf(made.execution_id)).toEqual(made);
    },
  );

  it('and a claim at the same time have one winner, because one of them would be a lie', async () => {
    for (let round = 0; round < 5; round += 1) {
      const made = await execution();
      const claim = { owner: `lane ${round}`, now_ms: NOON, until_ms: NOON + 45_000 };
      const [cancelled, claimed] = await Promise.all([
        ask('cancel', made),
        claimExecution(place(), made, claim),
      ]);
      const { status } = await rowOf(made.execution_id);
      expect(status).toBe(claimed === null ? 'cancelled' : 'in_progress');
      expect(cancelled.status).toBe(claimed === null ? 200 : 409);
    }
  });
});

describe('an execution that is not the tenant’s', () => {
  it('is as unknown as any, and stays as it is', async () => {
    const made = await execution(FAILED);
    const nobody = { execution_id: executionIdOf(`evt_${'0'.repeat(40)}`, subscription_id) };
    for (const what of ['retry', 'cancel'] as const) {
      for (const [one, base] of [
        [made, '/t/retail'],
        [nobody, ''],
        [{ execution_id: `exe_${'0'.repeat(40)}` }, ''],
        [{ execution_id: 'x' }, ''],
      ] as const) {
        const answer = await ask(what, one, base);
        expect([...typeOf(answer), answer.body.detail]).toEqual([
          ...[404, 'not-found'],
          'No execution with this id is known.',
        ]);
      }
    }
    expect(await rowOf(made.execution_id)).toEqual(made);
  });
});
