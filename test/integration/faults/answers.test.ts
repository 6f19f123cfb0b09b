import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, TestApp } from '../../support/app.ts';
import {
  type Dependencies,
  freshDelivery,
  largeDelivery,
  startDependencies,
} from '../../support/dependencies.ts';
import { some } from '../../support/depth.ts';
import type { Fault as TableFault } from '../../support/fault-proxy.ts';
import { deliverAsJira } from '../../support/patience.ts';
import type { S3Fault } from '../../support/s3.ts';
import type { Fault as SecretFault } from '../../support/secrets-manager.ts';

/** Jira waits 5 s. Ours are done after 3.5 s; the rest is for slow machines. */
const MOST_MS = 4_500;
/** A busy machine stops for a second now and then; a budget that is too long is too long each time. */
const MOST_TRIES = 3;

const aws = (type: string, status = 400) => ({ kind: 'error' as const, status, type });
const s3 = (code: string, status: number) => ({ kind: 'error' as const, status, code });

/** Null: connections are refused. */
const TABLE: [string, TableFault | null][] = [
  ['refusing connections', null],
  ['throttled by its capacity', aws('ProvisionedThroughputExceededException')],
  ['throttled by the service', aws('ThrottlingException')],
  ['throttled by the account', aws('RequestLimitExceeded')],
  ['throttled for a minute', { ...aws('ThrottlingException'), retryAfterMs: 60_000 }],
  ['timed out', { kind: 'hang' }],
  ['failing inside', aws('InternalServerError', 500)],
  ['out of service', aws('ServiceUnavailable', 503)],
  ['denying access', aws('AccessDeniedException')],
  ['not knowing our credentials', aws('UnrecognizedClientException')],
  ['missing', aws('ResourceNotFoundException')],
  ['too slow', { kind: 'slow', ms: 1_400 }],
  ['cutting connections', { kind: 'reset' }],
];

const SECRETS: [string, SecretFault | null][] = [
  ['refusing connections', null],
  ['throttled', aws('ThrottlingException')],
  ['timed out', { kind: 'hang' }],
  ['failing inside', aws('InternalServiceError', 500)],
  ['denying access', aws('AccessDeniedException')],
  ['unable to decrypt', aws('DecryptionFailure')],
  ['missing', aws('ResourceNotFoundException')],
  ['too slow', { kind: 'delay', ms: 3_000 }],
  ['stopping half-way', { kind: 'stall' }],
  ['cutting connections', { kind: 'cut' }],
];

const ARTIFACTS: [string, S3Fault | null][] = [
  ['refusing connections', null],
  ['throttled', s3('SlowDown', 503)],
  ['timed out', { kind: 'hang' }],
  ['failing inside', s3('InternalError', 500)],
  ['denying access', s3('AccessDenied', 403)],
  ['missing', s3('NoSuchBucket', 404)],
  ['too slow', { kind: 'slow', ms: 2_500 }],
  ['cutting connections', { kind: 'reset' }],
];

let world: Dependencies;

beforeAll(async () => {
  world = await startDependencies();
});

afterAll(() => world.close());

type CanFail<Fault> = {
  fail(fault: Fault): void;
  heal(): void;
  refuse(): Promise<void>;
  accept(): Promise<void>;
};

/** Breaks it for as long as `work` takes. */
const whileBroken = async <Fault>(
  dependency: CanFail<Fault>,
  fault: Fault | null,
  work: () => Promise<Answer>,
): Promise<Answer> => {
  if (fault === null) await dependency.refuse();
  else dependency.fail(fault);
  const answer = await work();
  dependency.heal();
  await dependency.accept();
  return answer;
};

const expectProblem = (answer: Answer): void => {
  expect(answer.status).toBe(503);
  expect(answer.headers).toMatchObject({ 'content-type': 'application/problem+json', 'retry-after': '30' });
  expect(answer.body).toEqual({
    type: 'urn:jira-webhook-sync:problem:temporarily-unavailable',
    title: 'Temporarily unavailable',
    status: 503,
    detail: expect.any(String),
    run_id: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/),
    received_at: expect.stringMatching(/^2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}-07:00$/),
  });
};

/** Each answer is that problem, and one of three at least comes in time: see `MOST_TRIES`. */
const expectUnavailable = async (ask: () => Promise<Answer>): Promise<void> => {
  let least = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < MOST_TRIES && least >= MOST_MS; tries += 1) {
    const answer = await ask();
    expectProblem(answer);
    least = Math.min(least, answer.ms);
  }
  expect(least).toBeLessThan(MOST_MS);
};

const eventsOf = async (id: string): Promise<unknown> =>
  (await world.reader.get(`/issues/${id}/events`)).body.events ?? [];

/** The same bytes again, as Jira sends them later: taken, then known, and there once. */
const expectTakenLater = async (app: TestApp, id: string, body: string): Promise<void> => {
  expect(await eventsOf(id)).toEqual([]);
  const later = await deliverAsJira(app, body);
  expect([later.status, later.body.outcome]).toEqual([202, 'applied']);
  const again = await deliverAsJira(app, body);
  expect([again.status, again.body.event_id]).toEqual([200, later.body.event_id]);
  expect(await eventsOf(id)).toMatchObject([{ event_id: later.body.event_id, outcome: 'applied' }]);
};

let lastInTurn: Promise<unknown> = Promise.resolve();

/** One after the other, while all else goes on beside them: the process has one place where the SDK finds S3. */
const inTurn = (work: () => Promise<void>): Promise<void> => {
  const mine = lastInTurn.then(work);
  lastInTurn = mine.catch(() => {});
  return mine;
};

describe.concurrent('a delivery', () => {
  it.each(some(5, TABLE))(
    'is 503 with the table %s, because Jira drops for good what gets a 4xx',
    { tags: ['deep'] },
    async (_how, fault) => {
      const { dependency, open } = await world.behindProxy();
      const { id, body } = freshDelivery();
      await expectUnavailable(() => whileBroken(dependency, fault, () => open().deliver(body)));
      await expectTakenLater(open(), id, body);
    },
  );

  it.each(some(4, SECRETS))(
    'is 503 with the secret store %s and no secret known, because its signature may be right',
    { tags: ['deep'] },
    async (_how, fault) => {
      const { dependency, open } = await world.withSecretStore();
      const { id, body } = freshDelivery();
      await expectUnavailable(() => whileBroken(dependency, fault, () => open().deliver(body)));
      await expectTakenLater(open(), id, body);
    },
  );

  it.each(some(2, ARTIFACTS))(
    'is 503 with the artifact store %s, because its raw body is too large for the table',
    { tags: ['deep'] },
    (_how, fault) =>
      inTurn(async () => {
        const { dependency, open } = await world.withS3();
        const { id, body } = largeDelivery();
        await expectUnavailable(() => whileBroken(dependency, fault, () => open().deliver(body)));
        await expectTakenLater(open(), id, body);
        expect([...dependency.objects.values()].map(String)).toEqual([body]);
      }),
  );
});

describe.concurrent('a body that cannot be read', () => {
  it.each(some(4, TABLE))(
    'is 503 with the table %s, because a 4xx would say that it is kept',
    { tags: ['deep'] },
    async (how, fault) => {
      const { dependency, open } = await world.behindProxy();
      const body = `no JSON, sent to a table ${how}`;
      await expectUnavailable(() => whileBroken(dependency, fault, () => open().deliver(body)));
    },
  );
});

describe.concurrent('a process that knows the secret', () => {
  it.each(some(4, SECRETS))(
    'takes deliveries with the secret store %s, and refuses nobody whose secret may be new',
    { tags: ['deep'] },
    async (_how, fault) => {
      const { dependency, open } = await world.withSecretStore();
      const app = open();
      await app.deliver(freshDelivery().body);
      const strange = { secret: 'put there a moment ago' };
      await expectUnavailable(() => whileBroken(dependency, fault, () => app.deliver('{}', strange)));
      const known = await whileBroken(dependency, fault, () => app.deliver(freshDelivery().body));
      expect(known.status).toBe(202);
    },
  );
});
