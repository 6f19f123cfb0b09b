import { begin } from '../../../src/cli/rotate-secret/begin.ts';
import { abort, finish } from '../../../src/cli/rotate-secret/finish.ts';
import { deliveriesOf } from '../../../src/cli/rotate-secret/rotation.ts';
import { createTable, openApp, type TestApp } from '../../support/app.ts';
import { depth } from '../../support/depth.ts';
import { ARN, awsEnv, rotationAt } from '../../support/rotation.ts';
import { SecretModel } from '../../support/secret-model.ts';
import { startSecretsManager } from '../../support/secrets-manager.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

const RECEIVERS = 3;
/** After so many rounds a receiver is replaced by one that has just started. */
const ROUNDS_UNTIL_RESTART = 7;
/** `npm test` plays every other round of a stream: a change of the store has minutes to show in each. */
const ROUNDS_APART = depth(2, 1);
/** No sender has it. */
const GARBAGE = 'garbage';

let bodies = 0;

/** A body nobody has sent before, so that each delivery has an event of its own. */
const freshBody = (): string => {
  bodies += 1;
  return JSON.stringify({ webhookEvent: 'sprint_started', sprint: { id: bodies } });
};

const isAsExpected = (expected: string, status: number): boolean => {
  if (expected === 'accepted') return status === 202;
  return status === 401 || (expected === 'either' && status === 202);
};

/**
 * Several receivers with caches of their own, over one store and one table. Deliveries keep coming in, and time
 * passes only between them.
 * @param document what the store holds, for two days already
 */
export const startReceivers = async (endpoint: string, document: object) => {
  const time = { now: Date.UTC(2026, 10, 22, 12) };
  const clock = () => time.now;
  const fake = await startSecretsManager(ARN, clock);
  fake.put(JSON.stringify(document), time.now - 48 * HOUR);
  const table = await createTable(endpoint);
  const env = { JIRA_WEBHOOK_SECRET: undefined, JIRA_WEBHOOK_SECRET_ARN: ARN, ...awsEnv(fake) };
  const openReceiver = () => openApp({ endpoint, tableName: table, env, clock });
  const receivers = Array.from({ length: RECEIVERS }, openReceiver);
  const model = new SecretModel(clock);
  const answers = { accepted: 0, refused: 0 };
  const wrong: string[] = [];
  const deliveries = deliveriesOf({ table, endpoint }, 'jira', clock);
  let rounds = 0;
  let newest = '';

  const deliver = async (receiver: TestApp, secret: string): Promise<void> => {
    const expected = secret === GARBAGE ? 'refused' : model.expected(secret);
    const { status } = await receiver.deliver(freshBody(), { secret });
    answers[status === 202 ? 'accepted' : 'refused'] += 1;
    if (!isAsExpected(expected, status))
      wrong.push(
        `${new Date(time.now).toISOString()} receiver ${receivers.indexOf(receiver)}: ${secret} was answered ${status}`,
      );
  };

  /**
   * Every receiver gets a delivery of every secret that ever was, and garbage first, which uses up its look. Only
   * the first gets no garbage and never starts again: it learns from its cache's age alone that a secret has ended.
   */
  const round = async (): Promise<void> => {
    rounds += 1;
    if (rounds % ROUNDS_UNTIL_RESTART === 0) receivers[1 + (rounds % (RECEIVERS - 1))] = openReceiver();
    for (const secret of [GARBAGE, ...model.secrets]) {
      const troubled = secret === GARBAGE ? receivers.slice(1) : receivers;
      await Promise.all(troubled.map((receiver) => deliver(receiver, secret)));
    }
  };

  /** Deliveries for so long, a round each `every` ms or two; one at the very end. */
  const stream = async (ms: number, every: number): Promise<void> => {
    const end = time.now + ms;
    while (time.now < end) {
      await round();
      time.now = Math.min(end, time.now + every * ROUNDS_APART);
    }
    await round();
  };

  const rotation = () => rotationAt(fake, clock, { deliveries });

  return {
    clock,
    model,
    answers,
    wrong,
    stream,
    /** Time in which nothing is delivered. */
    idle: (ms: number): void => {
      time.now += ms;
    },
    /** Begins; deliveries go on during its wait. Answers the secret that was shown. */
    begin: async (): Promise<string> => {
      const show = (secret: string): void => {
        newest = secret;
        model.show(secret);
      };
      await begin(await rotation(), { wait: () => stream(MINUTE, 5 * SECOND), show });
      return newest;
    },
    /** Finishes, when a delivery used the new secret. */
    finish: async (old: string, graceHours = 24): Promise<void> => {
      await finish(await rotation(), false, graceHours);
      model.end(old, clock() + graceHours * HOUR);
    },
    abort: async (): Promise<void> => {
      await abort(await rotation());
      model.end(newest, clock());
    },
    /** Somebody writes a document in the console. */
    overwrite: (next: object): void => fake.put(JSON.stringify(next), clock()),
    close: () => fake.close(),
  };
};

export type Receivers = Awaited<ReturnType<typeof startReceivers>>;
