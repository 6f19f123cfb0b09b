import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestApp } from '../../support/app.ts';
import { type Dependencies, freshDelivery, startDependencies } from '../../support/dependencies.ts';
import { some } from '../../support/depth.ts';
import type { Fault } from '../../support/fault-proxy.ts';
import { bodyOf, type DeliveryModel, fullUpdate } from '../../support/jira-deliveries.ts';

let world: Dependencies;

beforeAll(async () => {
  world = await startDependencies();
});

afterAll(() => world.close());

/** How a delivery is made, and how many writes it takes. */
type Kind = { event: string; form: DeliveryModel['form']; movedFrom: string | null; writes: number };

const KINDS: [string, Kind][] = [
  ['a creation', { event: 'jira:issue_created', form: 'full', movedFrom: null, writes: 3 }],
  [
    'an update of an unknown issue',
    { event: 'jira:issue_updated', form: 'full', movedFrom: null, writes: 4 },
  ],
  ['a move', { event: 'jira:issue_updated', form: 'full', movedFrom: 'OLD-1', writes: 4 }],
  ['a deletion', { event: 'jira:issue_deleted', form: 'full', movedFrom: null, writes: 5 }],
  ['a partial deletion', { event: 'jira:issue_deleted', form: 'partial', movedFrom: null, writes: 3 }],
];

const PASSING: [string, Fault][] = [
  ['throttling', { kind: 'error', status: 400, type: 'ProvisionedThroughputExceededException' }],
  ['an inner failure', { kind: 'error', status: 500, type: 'InternalServerError' }],
  ['a cut connection', { kind: 'reset' }],
  ['a timeout', { kind: 'hang' }],
  ['an answer lost after the write', { kind: 'lost', cut: 'before' }],
  ['an answer cut in the middle after the write', { kind: 'lost', cut: 'within' }],
];

const writesOf = (kind: Kind): number[] => Array.from({ length: kind.writes }, (_, write) => write);

const CASES = PASSING.flatMap(([how, fault]) =>
  KINDS.flatMap(([what, kind]) =>
    writesOf(kind).map((write) => ({ how, fault, what, kind, write, nth: write + 1 })),
  ),
);

let issues = 0;

const fresh = ({ event, form, movedFrom }: Kind): { id: string; key: string; body: string } => {
  issues += 1;
  const [id, key] = [String(issues), `NEW-${issues}`];
  return { id, key, body: bodyOf(fullUpdate({ id, key }, { event, form, movedFrom })) };
};

const eventsOf = async (id: string): Promise<unknown> =>
  (await world.reader.get(`/issues/${id}/events`)).body.events;

/** Taken as if nothing had happened: applied, found by its key, and there once. */
const expectApplied = async (app: TestApp, { id, key, body }: ReturnType<typeof fresh>): Promise<void> => {
  const answer = await app.deliver(body);
  expect([answer.status, answer.body.outcome]).toEqual([202, 'applied']);
  expect((await world.reader.get(`/issues/${key}`)).body.issue_id).toBe(id);
  expect(await eventsOf(id)).toMatchObject([{ event_id: answer.body.event_id, outcome: 'applied' }]);
};

describe('a fault that passes', () => {
  it.concurrent.each(
    PASSING.flatMap(([how]) =>
      some(
        6,
        CASES.filter((one) => one.how === how),
      ),
    ),
  )(
    '($how at write $nth of $what) ends in applied, because the SDK tries again and finds its own write',
    { tags: ['deep'] },
    async ({ fault, kind, write }) => {
      const { dependency, open } = await world.behindProxy();
      dependency.fail(fault, { skip: write, times: 1, operations: ['PutItem', 'UpdateItem'] });
      await expectApplied(open(), fresh(kind));
      expect(dependency.struck).toBe(1);
    },
  );
});

describe('an item the table refuses', () => {
  const refusal: Fault = { kind: 'error', status: 400, type: 'ValidationException' };
  const isEvent = (body: string): boolean => body.includes('E#evt_');

  it.each([
    ['alias', (body: string) => body.includes('K#default')],
    ['snapshot', (body: string) => body.includes('I#default')],
    ['event', isEvent],
  ])('(the %s) is our bug, so the body is kept by its event id alone', async (_which, when) => {
    const { dependency, open } = await world.behindProxy();
    const app = open();
    const { id, body } = freshDelivery();
    dependency.fail(refusal, { when, times: 1 });
    const answer = await app.deliver(body);
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({
      type: 'urn:jira-webhook-sync:problem:stored-for-repair',
      errors: [],
    });
    const event = await world.reader.get(`/events/${answer.body.event_id}`);
    expect(event.body).toMatchObject({ outcome: 'quarantined', issue_id: null, event_type: null });
    expect((await eventsOf(id)) ?? []).toEqual([]);
    expect(app.lines.filter((line) => line.alarm === 'item-refused')).toMatchObject([
      { level: 50, event_id: answer.body.event_id },
    ]);
  });

  it('is answered the same when it is redelivered, because only replay takes it out', async () => {
    const { dependency, open } = await world.behindProxy();
    const app = open();
    const { body } = freshDelivery();
    dependency.fail(refusal, { times: 1 });
    const { run_id: _run, received_at: _at, ...first } = (await app.deliver(body)).body;
    const again = await app.deliver(body);
    expect(again.status).toBe(422);
    expect(again.body).toMatchObject(first);
  });

  it('is 503 when what is kept is refused too, because then nothing is kept', async () => {
    const { dependency, open } = await world.behindProxy();
    const { id, body } = freshDelivery();
    dependency.fail(refusal);
    const answer = await open().deliver(body);
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '30']);
    dependency.heal();
    expect(await eventsOf(id)).toBeUndefined();
    expect((await open().deliver(body)).body.outcome).toBe('applied');
  });

  it('is 503 too for a body that cannot be read, because a 4xx would say that it is kept', async () => {
    const { dependency, open } = await world.behindProxy();
    dependency.fail(refusal);
    expect((await open().deliver('no JSON')).status).toBe(503);
  });
});
