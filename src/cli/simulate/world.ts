import { ASSUMPTIONS, DELIVERY_KINDS, type DeliveryKind } from '../cost/assumptions.ts';
import { popularityOf, type Random } from './random.ts';

/**
 * A large site, made up but for the mix of deliveries, which is that of the cost formula. Projects and
 * repositories are the less popular the higher their number; issues are all alike, but for one.
 */
export const SITE = {
  issues: 10_000,
  projects: 50,
  repositories: 100,
  /** Share of new issues that become stories without commits. */
  new_gaps: 0.7,
  /** Share of commits that name no known issue. */
  commits_without_story: 0.3,
  body_bytes: 9_000,
} as const;

/** One delivery, before it becomes writes. Projects and repositories are ranks: 0 is the most popular. */
export type Delivery = {
  number: number;
  kind: DeliveryKind;
  issue: number;
  project: number;
  repository: number;
  gap: boolean;
};

/** Makes deliveries, one after the other. */
export type Source = () => Delivery;

const pickKind = (random: Random): DeliveryKind => {
  let rest = random();
  for (const kind of DELIVERY_KINDS) {
    rest -= ASSUMPTIONS[`${kind}_share`];
    if (rest < 0) return kind;
  }
  return 'update';
};

const isGap = (kind: DeliveryKind, random: Random): boolean =>
  random() < (kind === 'commit' ? SITE.commits_without_story : SITE.new_gaps);

/**
 * Deliveries of the site at random.
 * @param hot share of all deliveries that are about issue 0 beside those that come to it as to any other
 */
export const sourceOf = (random: Random, hot: number): Source => {
  const project = popularityOf(SITE.projects);
  const repository = popularityOf(SITE.repositories);
  let number = 0;
  return () => {
    number += 1;
    const kind = pickKind(random);
    return {
      number,
      kind,
      issue: random() < hot ? 0 : Math.floor(random() * SITE.issues),
      project: project(random),
      repository: repository(random),
      gap: isGap(kind, random),
    };
  };
};
