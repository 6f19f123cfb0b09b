import fc from 'fast-check';
import type { DeliveryModel, Form } from '../support/jira-deliveries.ts';

/** One way for a history's deliveries to arrive: batches of places in it, each batch sent at once. */
export type Arrival = number[][];

/** What Jira says of a few issues, and orders in which it may arrive. */
export type History = { deliveries: DeliveryModel[]; arrivals: Arrival[] };

const ISSUES = 3;
const ORDERS = 5;
/** The first orders are one at a time, so that their outcomes are known exactly. */
const ONE_AT_A_TIME = 2;
const MOST_DELIVERIES = 14;
const START_MS = Date.UTC(2024, 4, 1, 10);

/** Few values everywhere, so that equal versions, keys used again and moves there and back are common. */
const instant = fc.nat({ max: 3 }).map((second) => START_MS + second * 1000);

/** Keys of two projects; the issues of a history share them. */
const key = fc.constantFrom('A-1', 'A-2', 'B-1', 'B-2');

const EVENTS: Record<Form, [string, ...string[]]> = {
  full: [
    'jira:issue_updated',
    'jira:issue_updated',
    'jira:issue_created',
    'jira:issue_deleted',
    'comment_created',
  ],
  partial: ['comment_created', 'comment_updated', 'jira:issue_deleted'],
  odd: ['jira:issue_updated', 'jira:issue_deleted'],
  comment: ['comment_created', 'comment_deleted'],
  link: ['issuelink_created'],
  nothing: ['project_created', 'an_event_of_tomorrow'],
};

const form: fc.Arbitrary<Form> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Form>('full') },
  { weight: 3, arbitrary: fc.constant<Form>('partial') },
  { weight: 3, arbitrary: fc.constantFrom<Form>('odd', 'comment', 'link', 'nothing') },
);

const timestamp = fc.oneof(
  { weight: 6, arbitrary: instant },
  { weight: 1, arbitrary: fc.constantFrom('missing' as const, 'text' as const, 'negative' as const) },
);

const issue = fc.record({
  id: fc.nat({ max: ISSUES - 1 }).map(String),
  key,
  updatedMs: instant,
  assignee: fc.constantFrom('ada', 'bob', null),
  text: fc.constant(''),
});

/** Whatever Jira may say of one of a few issues; of its own only after `placed`. */
export const delivery: fc.Arbitrary<DeliveryModel> = form.chain((chosen) =>
  fc.record({
    event: fc.constantFrom(...EVENTS[chosen]),
    form: fc.constant(chosen),
    issue,
    timestamp,
    movedFrom: fc.option(key, { freq: 4 }),
  }),
);

/** A shuffle, with up to three of the bytes once more, cut into batches of `most` at most. */
const arrival = (count: number, most: number): fc.Arbitrary<Arrival> =>
  fc
    .tuple(
      fc.array(fc.nat({ max: count - 1 }), { maxLength: 3 }),
      fc.array(fc.nat(), { minLength: count + 3, maxLength: count + 3 }),
      fc.array(fc.integer({ min: 1, max: most }), { minLength: count + 3, maxLength: count + 3 }),
    )
    .map(([again, ranks, sizes]) => {
      const places = [...Array.from({ length: count }, (_, place) => place), ...again];
      const shuffled = places
        .map((place, index) => ({ place, rank: ranks[index] ?? 0 }))
        .sort((a, b) => a.rank - b.rank)
        .map(({ place }) => place);
      return sizes.map((size) => shuffled.splice(0, size)).filter((batch) => batch.length > 0);
    });

/** Orders in which so many deliveries may arrive. */
export const arrivals = (count: number): fc.Arbitrary<Arrival[]> =>
  fc.tuple(...Array.from({ length: ORDERS }, (_, order) => arrival(count, order < ONE_AT_A_TIME ? 1 : 5)));

/** Any history; its ids and keys are its own only after `placed`. */
export const history: fc.Arbitrary<History> = fc
  .array(delivery, { minLength: 4, maxLength: MOST_DELIVERIES })
  .chain((deliveries) =>
    fc.record({ deliveries: fc.constant(deliveries), arrivals: arrivals(deliveries.length) }),
  );

/**
 * The history with ids and keys that no other number has, so that all share a table, and with a text of its
 * own in every delivery, so that equal versions still differ in their bytes.
 */
export const placed = ({ deliveries, arrivals }: History, number: number): History => ({
  arrivals,
  deliveries: deliveries.map((model, place) => ({
    ...model,
    movedFrom: model.movedFrom && `H${number}${model.movedFrom}`,
    issue: {
      ...model.issue,
      id: String(number * ISSUES + Number(model.issue.id) + 1),
      key: `H${number}${model.issue.key}`,
      text: `text ${number} ${place}`,
    },
  })),
});
