import { createHash } from 'node:crypto';
import type { CommitModel, HistoryStep } from '../support/history-steps.ts';
import type { Draft } from './correlation-drafts.ts';
import { type Arrival, placed } from './histories.ts';

/** Deliveries of Jira and of commit sources, and orders in which they may arrive: batches of places in `steps`. */
export type CorrelationHistory = { steps: HistoryStep[]; arrivals: Arrival[] };

const START_MS = Date.UTC(2024, 4, 1, 10);

type Drawn = Exclude<Draft['steps'][number]['step'], { kind: 'issue' }>;
type DrawnAs<Kind extends Drawn['kind']> = Drawn & { kind: Kind };

/** A drawn repository with its name, and the history's number for the texts. */
type DrawnRepository = Draft['repositories'][number] & { name: string; number: number };

const own = (text: string, { number }: DrawnRepository): string => text.replaceAll('§', `H${number}`);

const commitOf = (place: DrawnRepository, index: number): CommitModel => {
  const { message, second } = place.commits[index] ?? { message: '', second: 0 };
  const sha = createHash('sha1').update(`${place.name} ${index}`).digest('hex');
  return { sha, message: own(message, place), committedMs: START_MS + second * 1000 };
};

const describedAt = (
  place: DrawnRepository,
  index: number,
  updatedMs: number,
): { id: string; title: string } => ({
  id: String(index + 1),
  title: own(place.titles[index]?.[(updatedMs - START_MS) / 1000] ?? '', place),
});

const push = ({ branch, commits }: DrawnAs<'push'>, place: DrawnRepository): HistoryStep => ({
  kind: 'push',
  repository: place.name,
  branch: own(branch, place),
  commits: commits.map((index) => commitOf(place, index)),
});

const pullRequest = (drawn: DrawnAs<'pull_request'>, place: DrawnRepository): HistoryStep => {
  const updatedMs = START_MS + drawn.second * 1000;
  return {
    kind: 'pull_request',
    repository: place.name,
    ...describedAt(place, drawn.pullRequest, updatedMs),
    branch: own(drawn.branch, place),
    updatedMs,
    head: commitOf(place, drawn.head).sha,
    merged: drawn.merged === null ? null : commitOf(place, drawn.merged).sha,
  };
};

const listed = ({ commits }: DrawnAs<'listed'>, place: DrawnRepository): HistoryStep => ({
  kind: 'listed',
  repository: place.name,
  commits: commits.map((drawn) => {
    const commit = commitOf(place, drawn.commit);
    const of = drawn.pullRequest;
    return {
      ...commit,
      branch: drawn.branch && own(drawn.branch, place),
      // Our own format tells no time of a pull request: the commit's counts.
      pullRequest: of === null ? null : describedAt(place, of, commit.committedMs),
    };
  }),
});

const commitStep = (drawn: Drawn, place: DrawnRepository): HistoryStep => {
  if (drawn.kind === 'push') return push(drawn, place);
  return drawn.kind === 'pull_request' ? pullRequest(drawn, place) : listed(drawn, place);
};

const issueSteps = (draft: Draft, number: number): HistoryStep[] => {
  const drawn = draft.steps.flatMap(({ step }) => (step.kind === 'issue' ? [step] : []));
  const deliveries = drawn.map((step) => step.delivery);
  return placed({ deliveries, arrivals: [] }, number).deliveries.map((model, index) => {
    const level = drawn[index]?.level ?? 'standard';
    return { kind: 'issue', delivery: { ...model, issue: { ...model.issue, level } } };
  });
};

/** The projects and repositories of the history with this number; no other number has them. */
export const placesOf = (number: number) => ({
  projects: [`H${number}A`, `H${number}B`],
  repositories: [`acme/shop-${number}`, `acme/pay-${number}`],
});

/** The history with issues, keys, repositories and shas that no other number has, so that all share a table. */
export const placedSteps = (draft: Draft, number: number): CorrelationHistory => {
  const names = placesOf(number).repositories;
  const places = draft.repositories.map((drawn, at) => ({ ...drawn, name: names[at] ?? '', number }));
  const issues = issueSteps(draft, number);
  const steps = draft.steps.flatMap(({ step, at }): HistoryStep[] => {
    const place = places[at];
    if (step.kind === 'issue') return issues.splice(0, 1);
    return place ? [commitStep(step, place)] : [];
  });
  return { steps, arrivals: draft.arrivals };
};
