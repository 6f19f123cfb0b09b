import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { history, placed } from '../property/histories.ts';
import { checkStored, type Stored } from '../support/check-stored.ts';
import { depth } from '../support/depth.ts';
import { bodyOf, type DeliveryModel } from '../support/jira-deliveries.ts';
import { allowedOutcomes, type Sent } from '../support/oracle.ts';
import { randomOf } from '../support/random.ts';
import { SEED } from '../support/seed.ts';
import {
  deliverTo,
  getFrom,
  type ServerProcess,
  startServer,
  temporaryFolder,
} from '../support/server-process.ts';

const KILLS = depth(1, 20);
const SENDERS = 8;
const HISTORIES = depth(3, 2 * KILLS);
const LIMIT_MS = 300_000;

const random = randomOf(SEED);
/** Every other round the engine is killed too: it is drawn which ones. */
const WITH_ENGINE = random() < 0.5 ? 0 : 1;

/** A delivery that is to be taken, and how many had been acknowledged when it was first sent. */
type Task = { model: DeliveryModel; body: string; acknowledgedBefore: number | null };

type Acknowledged = Sent & { task: Task; outcome: string | null };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: ServerProcess;

const start = () => startServer(folder.path, { LOCAL_DB_PATH: `${folder.path}/database` });

beforeAll(async () => {
  folder = await temporaryFolder();
  server = await start();
});

afterAll(async () => {
  await server.stop();
  await folder.remove();
});

/** Deliveries of many small histories, mixed, so that most are about an issue others are about too. */
const tasksOf = (): Task[] => {
  const histories = fc.sample(history, HISTORIES);
  const models = histories.flatMap((drawn, number) => placed(drawn, number + 1).deliveries);
  const [mixed = []] = fc.sample(fc.shuffledSubarray(models, { minLength: models.length }), 1);
  return mixed.map((model) => ({ model, body: bodyOf(model), acknowledgedBefore: null }));
};

/** Sends one task; what is not acknowledged goes back into the queue, as Jira sends it again. */
const sendOne = async (url: string, queue: Task[], done: Acknowledged[]): Promise<void> => {
  const task = queue.shift();
  if (task === undefined) return;
  task.acknowledgedBefore ??= done.length;
  const answer = await deliverTo(url, task.body);
  // Also a server with too much to do asks for it again.
  if (answer === null || answer.status === 503) {
    queue.push(task);
    return;
  }
  expect([200, 202]).toContain(answer.status);
  const { model, body } = task;
  const outcome = answer.status === 202 ? String(answer.body.outcome) : null;
  done.push({ task, model, body, eventId: String(answer.body.event_id), outcome });
};

/** Several senders at once, until `enough` are acknowledged, or the queue is empty. */
const sendMany = async (queue: Task[], done: Acknowledged[], enough: () => boolean): Promise<void> => {
  const sender = async () => {
    while (queue.length > 0 && !enough()) await sendOne(server.url, queue, done);
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
};

/** Kills the server while deliveries are under way; those senders see their connections break. */
const killUnderLoad = async (
  round: number,
  queue: Task[],
  done: Acknowledged[],
  most: number,
): Promise<void> => {
  const target = done.length + 1 + Math.floor(random() * most);
  let killed: Promise<void> | null = null;
  await sendMany(queue, done, () => {
    if (done.length >= target) killed ??= server.kill({ engineToo: round % 2 === WITH_ENGINE });
    return killed !== null;
  });
  expect(killed).not.toBeNull();
  await killed;
  server = await start();
};

/** The outcome that is stored where the answer was lost. */
const withOutcome = async ({ outcome, ...sent }: Acknowledged): Promise<Stored> => {
  if (outcome !== null) return { ...sent, outcome };
  const { body } = await getFrom(server.url, `/events/${sent.eventId}`);
  return { ...sent, outcome: String(body.outcome) };
};

const countOutcomes = (stored: Stored[]): Record<string, number> => {
  const counts: Record<string, number> = { applied: 0, stale: 0, recorded: 0, quarantined: 0 };
  for (const { outcome } of stored) if (outcome !== null) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
};

describe('a server killed with -9 under load', () => {
  it('ends in the same table as one that was never killed, because what was not acknowledged is sent again', {
    tags: ['deep'],
    timeout: LIMIT_MS,
  }, async () => {
    const queue = tasksOf();
    const done: Acknowledged[] = [];
    // The last ones are sent after the last kill.
    const perRound = Math.floor(queue.length / (KILLS + 1));
    for (let round = 0; round < KILLS; round += 1) await killUnderLoad(round, queue, done, perRound);
    await sendMany(queue, done, () => false);
    const stored = await Promise.all(done.map(withOutcome));
    for (const [index, sent] of stored.entries()) {
      const before = stored.slice(0, done[index]?.task.acknowledgedBefore ?? 0);
      expect(allowedOutcomes(sent, stored, before)).toContain(sent.outcome);
    }
    await checkStored((target) => getFrom(server.url, target), stored);
    const { body } = await getFrom(server.url, '/stats');
    expect(body).toMatchObject({ complete: true, outcomes: countOutcomes(stored) });
  });
});
