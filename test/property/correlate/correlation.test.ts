import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeCommits } from '../../../src/correlate/rules/commit-state.ts';
import { allCandidates, candidatesOf, evaluate } from '../../../src/correlate/rules/links.ts';
import { newsOf } from '../../../src/correlate/rules/news.ts';
import { mergePullRequests } from '../../../src/correlate/rules/pull-request-state.ts';
import type { Links, RefState } from '../../../src/domain/link.ts';
import { COMMIT_SOURCES } from '../../../src/domain/source.ts';
import { normalizeCommitBody } from '../../support/commit-bodies.ts';
import { expectedLinks } from '../../support/correlation-oracle.ts';
import { issueNamed, liveIssues } from '../../support/correlation-world.ts';
import { depth } from '../../support/depth.ts';
import { deliveryOf, type HistoryStep } from '../../support/history-steps.ts';
import { correlationDraft } from '../correlation-drafts.ts';
import { placedSteps } from '../correlation-histories.ts';
import { countCorrelationScenes } from '../correlation-scenes.ts';

const merge = (a: RefState | undefined, b: RefState): RefState => {
  if (a?.kind === 'commit' && b.kind === 'commit') return mergeCommits(a, b);
  if (a?.kind === 'pull_request' && b.kind === 'pull_request') return mergePullRequests(a, b);
  return b;
};

const newsOfStep = (step: HistoryStep) => {
  const { source, event, body } = deliveryOf(step);
  const commitSource = COMMIT_SOURCES.find((known) => known === source);
  return commitSource ? newsOf(normalizeCommitBody(commitSource, event, JSON.parse(body))) : [];
};

type States = { commits: Map<string, RefState>; pull_requests: Map<string, RefState> };

/** Every step in this order, one after the other, from the bytes that are sent to merged states. */
const fold = (steps: HistoryStep[]): States => {
  const states: States = { commits: new Map(), pull_requests: new Map() };
  for (const { ref, state } of steps.flatMap(newsOfStep)) {
    const of = ref.kind === 'commit' ? states.commits : states.pull_requests;
    const name = `${ref.repository} ${ref.id}`;
    if (state) of.set(name, merge(of.get(name), state));
  }
  return states;
};

const isKnown = (state: RefState): boolean => state.kind === 'pull_request' || state.details !== null;

const mapped = <Value>(states: Map<string, RefState>, value: (state: RefState) => Value) =>
  Object.fromEntries(
    [...states].filter(([, state]) => isKnown(state)).map(([name, state]) => [name, value(state)]),
  );

/** In the order of an arrival, repetitions included. */
const arranged = (steps: HistoryStep[], places: number[]): HistoryStep[] =>
  places.flatMap((place) => steps[place] ?? []);

const scenes = countCorrelationScenes();
/** How often each scene must have been played. */
const FEWEST = depth(1, 3);

describe('the rules, folded over deliveries in any order', () => {
  it('link as the oracle says, because order and repetition must not matter', { tags: ['deep'] }, () => {
    const property = fc.property(correlationDraft, (draft) => {
      const { steps, arrivals } = placedSteps(draft, 7);
      const expected = expectedLinks(steps);
      const issues = liveIssues(steps);
      const link = (state: RefState): Links | null =>
        evaluate(candidatesOf(state), (key) => issueNamed(issues, key)?.id ?? null);
      for (const arrival of arrivals) {
        const { commits, pull_requests } = fold(arranged(steps, arrival.flat()));
        expect(mapped(commits, link)).toEqual(expected.commits);
        expect(mapped(pull_requests, link)).toEqual(expected.pull_requests);
        expect(mapped(commits, (state) => allCandidates(state).sort())).toEqual(expected.candidates);
      }
      scenes.look(steps, expected);
    });
    fc.assert(property, { numRuns: depth(300, 500) });
  });

  it('held every scene, because a generator that stops making one would make this test weaker unseen', {
    tags: ['deep'],
  }, () => {
    expect(Object.entries(scenes.counts).filter(([, times]) => times < FEWEST)).toEqual([]);
  });
});
