import fc from 'fast-check';
import type { Connection } from '../../../src/domain/connection.ts';
import type { Source } from '../../../src/domain/source.ts';
import { correlationDraft } from '../../property/correlation-drafts.ts';
import { placedSteps, placesOf } from '../../property/correlation-histories.ts';
import { deliveryOf, type HistoryStep } from '../../support/history-steps.ts';

/** One delivery: a sender repeats its bytes and identifier as they are. */
export type Outgoing = {
  step: HistoryStep;
  source: Source;
  event: string | null;
  body: string;
  identifier: string;
  /** What it goes through; to the built-in source without one. */
  connection?: Connection;
};

/** What a run sends, in the order in which it is first sent, and where it plays. */
export type Drawn = { outgoing: Outgoing[]; projects: string[]; repositories: string[] };

const HISTORIES = 2;

const toOutgoing = (step: HistoryStep, at: number): Outgoing => ({
  step,
  ...deliveryOf(step),
  identifier: `delivery-${at}`,
});

const shuffled = (outgoing: Outgoing[], seed: number): Outgoing[] =>
  fc.sample(fc.shuffledSubarray(outgoing, { minLength: outgoing.length }), { numRuns: 1, seed })[0] ?? [];

/** Changes what is told of issues before the bytes are made, as a clock of Jira's does. */
export type Retell = (step: HistoryStep, at: number) => HistoryStep;

/**
 * Two histories of issues, commits, pull requests, moves and deletions, mixed. The same seed gives the same bytes
 * in the same order.
 */
export const drawDeliveries = (seed: number, retell: Retell = (step) => step): Drawn => {
  const drafts = fc.sample(correlationDraft, { numRuns: HISTORIES, seed });
  const places = drafts.map((_, at) => placesOf(at + 1));
  const steps = drafts.flatMap((draft, at) => placedSteps(draft, at + 1).steps).map(retell);
  return {
    outgoing: shuffled(steps.map(toOutgoing), seed),
    projects: places.flatMap(({ projects }) => projects),
    repositories: places.flatMap(({ repositories }) => repositories),
  };
};
