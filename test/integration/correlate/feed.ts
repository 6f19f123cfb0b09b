import type { DynamoDBRecord } from 'aws-lambda';
import { expect } from 'vitest';
import type { Arrival } from '../../property/histories.ts';
import type { TestApp } from '../../support/app.ts';
import type { TestCorrelation } from '../../support/correlation.ts';
import { deliveryOf, type HistoryStep } from '../../support/history-steps.ts';
import { eventRecord } from './records.ts';

/** Answers a number from 0 to below the limit: how a test chooses what it leaves to chance. */
export type Choose = (limit: number) => number;

/** Chooses as a drawn tape says, from its beginning again when it is over. */
export const chooseBy = (tape: readonly number[]): Choose => {
  let at = 0;
  return (limit) => {
    at += 1;
    return (tape[at % tape.length] ?? 0) % limit;
  };
};

const MOST_BATCHES_AT_ONCE = 6;
const MOST_WAITING = 8;
const MOST_IN_BATCH = 5;
const MOST_REPEATED = 3;

let recordsMade = 0;

/** Sends a step; answers the record that its event makes in the stream, if it makes one. */
const send = async (app: TestApp, step: HistoryStep): Promise<DynamoDBRecord[]> => {
  const { source, event, body } = deliveryOf(step);
  const answer =
    source === 'jira' ? await app.deliver(body) : await app.deliverCommits(source, body, { event });
  const { event_id, outcome } = answer.body;
  expect([200, 202]).toContain(answer.status);
  if (outcome === 'duplicate') return [];
  recordsMade += 1;
  return [eventRecord(event_id, recordsMade)];
};

/** Any of them, one after the other; fewer when there are no more. */
const takeAny = <Value>(values: Value[], count: number, choose: Choose): Value[] =>
  Array.from({ length: Math.min(count, values.length) }, () =>
    values.splice(choose(values.length), 1),
  ).flat();

/**
 * Sends a history in this order and hands its records, in any order and cut anywhere, to batches that run
 * beside each other and beside the sending; some records come once more, in the same batch or in another.
 * @returns how many batches there were, and the records
 */
export const feedHistory = async (
  app: TestApp,
  correlation: TestCorrelation,
  history: { steps: HistoryStep[]; arrival: Arrival },
  choose: Choose,
): Promise<{ batches: number; records: DynamoDBRecord[] }> => {
  const waiting: DynamoDBRecord[] = [];
  const records: DynamoDBRecord[] = [];
  const running = new Set<Promise<void>>();
  const batchesAtOnce = 2 + choose(MOST_BATCHES_AT_ONCE);
  const mostRepeated = choose(3) === 0 ? MOST_REPEATED : 0;
  const afterEverything = choose(2) === 0;
  let batches = 0;

  const handOver = async (batch: DynamoDBRecord[]): Promise<void> => {
    expect(await correlation.run(batch)).toEqual({ batchItemFailures: [] });
  };
  const startBatch = async (): Promise<void> => {
    const fresh = takeAny(waiting, 1 + choose(MOST_IN_BATCH), choose);
    const again = takeAny([...records], choose(1 + mostRepeated), choose);
    const batch = handOver([...fresh, ...again]).finally(() => running.delete(batch));
    running.add(batch);
    batches += 1;
    if (running.size >= batchesAtOnce) await Promise.race(running);
  };

  for (const places of history.arrival) {
    const steps = places.flatMap((place) => history.steps[place] ?? []);
    const sent = (await Promise.all(steps.map((step) => send(app, step)))).flat();
    waiting.push(...sent);
    records.push(...sent);
    while (!afterEverything && waiting.length > choose(MOST_WAITING)) await startBatch();
  }
  while (waiting.length > 0) await startBatch();
  await Promise.all(running);
  return { batches, records };
};
