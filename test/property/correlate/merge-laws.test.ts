import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  mentionOf,
  mergeCommits,
  newCommitState,
  toCommitState,
} from '../../../src/correlate/commit-state.ts';
import { allCandidates, candidatesOf } from '../../../src/correlate/links.ts';
import { mergePullRequests, toPullRequestState } from '../../../src/correlate/pull-request-state.ts';
import type { RefState } from '../../../src/domain/link.ts';

const RUNS = { numRuns: 2000 };

/** Few values everywhere, so that ties and equal parts are common. */
const title = fc.constantFrom('ABC-1', 'ABC-2 and XY-3', 'No key', 'UTF-8', 'ABC-1\nmore ABC-9', '');
const branch = fc.oneof(
  fc.constantFrom(null, 'main', 'feature/abc-1', 'xy-3'),
  fc.array(fc.nat({ max: 99 }), { maxLength: 60 }).map((all) => all.map((n) => `b-ab-${n + 1}`).join('/')),
);
const ms = fc.nat({ max: 3 });
const id = fc.oneof(fc.nat({ max: 40 }).map(String), fc.constantFrom('__proto__', 'constructor', '007', 'x'));

const pullRequest = fc.record({
  repository: fc.constant('acme/shop'),
  id,
  title,
  url: fc.constantFrom(null, 'https://a.example.com', 'https://b.example.com'),
  branch,
  updated_ms: ms,
  shas: fc.constant<string[]>([]),
});

const commit = fc.record({
  repository: fc.constant('acme/shop'),
  sha: fc.constant('a94a8fe'),
  message: title,
  author_name: fc.constantFrom(null, 'Ada', 'Bob'),
  committed_ms: ms,
  branch,
  pull_request: fc.option(pullRequest),
});

const told = fc.oneof(
  commit.map(toCommitState),
  pullRequest.map(mentionOf),
  fc.constant(newCommitState()),
  fc
    .array(fc.oneof(commit.map(toCommitState), pullRequest.map(mentionOf)), { maxLength: 30 })
    .map((states) => states.reduce(mergeCommits, newCommitState())),
);

const described = fc
  .array(pullRequest.map(toPullRequestState), { minLength: 1, maxLength: 10 })
  .map((states) => states.reduce(mergePullRequests));

const laws = <State>(state: fc.Arbitrary<State>, merge: (a: State, b: State) => State): void => {
  it('does not mind which comes first, because deliveries come in any order', () => {
    fc.assert(
      fc.property(state, state, (a, b) => {
        expect(merge(a, b)).toEqual(merge(b, a));
      }),
      RUNS,
    );
  });

  it('does not mind what is joined first, because parallel batches join parts', () => {
    fc.assert(
      fc.property(state, state, state, (a, b, c) => {
        expect(merge(merge(a, b), c)).toEqual(merge(a, merge(b, c)));
      }),
      RUNS,
    );
  });

  it('does not mind repetition, because every delivery may be handled again', () => {
    fc.assert(
      fc.property(state, state, (a, b) => {
        expect(merge(a, a)).toEqual(a);
        expect(merge(merge(a, b), b)).toEqual(merge(a, b));
      }),
      RUNS,
    );
  });

  it('does not mind being stored between, because a database reorders properties', () => {
    fc.assert(
      fc.property(state, state, (a, b) => {
        expect(merge(reordered(a), b)).toEqual(merge(a, b));
        expect(merge(b, reordered(a))).toEqual(merge(b, a));
      }),
      RUNS,
    );
  });

  it('ends the same after any order with repetitions, because only what was told counts', () => {
    const histories = fc
      .array(state, { minLength: 1, maxLength: 12 })
      .chain((all) =>
        fc.tuple(
          fc.constant(all),
          fc.shuffledSubarray([...all, ...all], { minLength: all.length, maxLength: 2 * all.length }),
        ),
      )
      .map(([all, some]) => ({ all, again: [...some, ...all.toReversed()] }));
    fc.assert(
      fc.property(histories, ({ all, again }) => {
        expect(again.reduce(merge)).toEqual(all.reduce(merge));
      }),
      RUNS,
    );
  });
};

/** The same value, its properties in the opposite order. */
const reordered = <Value>(value: Value): Value =>
  JSON.parse(JSON.stringify(value), (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).reverse())
      : part,
  );

describe('mergeCommits', () => laws(told, mergeCommits));
describe('mergePullRequests', () => laws(described, mergePullRequests));

describe('candidates', () => {
  const state = fc.oneof<fc.Arbitrary<RefState>[]>(told, described);

  it('of each rule and of all are the same set, because a row must lead to every commit that waits', () => {
    fc.assert(
      fc.property(state, (drawn) => {
        const { message, branch: names, pull_request_title } = candidatesOf(drawn);
        const all = allCandidates(drawn);
        expect(new Set([...message, ...names, ...pull_request_title])).toEqual(new Set(all));
        expect(new Set(all).size).toBe(all.length);
        expect(all.length).toBeLessThanOrEqual(50);
      }),
      RUNS,
    );
  });
});
