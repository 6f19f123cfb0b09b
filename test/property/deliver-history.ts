import { expect } from 'vitest';
import type { Answer, TestApp } from '../support/app.ts';
import type { Stored } from '../support/check-stored.ts';
import { bodyOf, type DeliveryModel } from '../support/jira-deliveries.ts';
import { allowedOutcomes, type Sent } from '../support/oracle.ts';
import type { Arrival } from './histories.ts';

type Told = Sent & { answer: Answer };

let identifiers = 0;

const send = async (app: TestApp, model: DeliveryModel): Promise<Told> => {
  identifiers += 1;
  const body = bodyOf(model);
  const identifier = `identifier-${identifiers}`;
  const answer = await app.deliver(body, { identifier });
  expect(answer.body).toMatchObject({ idempotency_key: identifier });
  return { model, body, eventId: String(answer.body.event_id), answer };
};

const isFirst = ({ answer }: Told): boolean => answer.status === 202;

/** Of the same bytes one is accepted, once and for all; the others are duplicates of the same event. */
const checkAnswers = (batch: readonly Told[], before: readonly Stored[]): void => {
  const known = new Set(before.map(({ eventId }) => eventId));
  for (const { body, eventId, answer } of batch) {
    const same = batch.filter((other) => other.body === body);
    expect(same.filter(isFirst)).toHaveLength(known.has(eventId) ? 0 : 1);
    expect(new Set(same.map((other) => other.eventId)).size).toBe(1);
    if (answer.status === 202) expect(answer.body.status).toBe('accepted');
    else expect([answer.status, answer.body.outcome]).toEqual([200, 'duplicate']);
  }
};

const checkOutcomes = (batch: readonly Told[], before: readonly Stored[]): Stored[] =>
  batch.filter(isFirst).map(({ answer, ...sent }) => {
    const outcome = String(answer.body.outcome);
    expect(allowedOutcomes(sent, batch, before)).toContain(outcome);
    return { ...sent, outcome };
  });

/** Sends a history in this order, a batch at a time, and checks every answer on the way. */
export const deliverHistory = async (
  app: TestApp,
  deliveries: readonly DeliveryModel[],
  arrival: Arrival,
): Promise<Stored[]> => {
  const stored: Stored[] = [];
  for (const places of arrival) {
    const models = places.map((place) => deliveries[place]).filter((model) => model !== undefined);
    const batch = await Promise.all(models.map((model) => send(app, model)));
    checkAnswers(batch, stored);
    stored.push(...checkOutcomes(batch, stored));
  }
  return stored;
};
