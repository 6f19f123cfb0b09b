import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  mentionOf,
  mergeCommits,
  newCommitState,
  toCommitState,
} from '../../../src/correlate/rules/commit-state.ts';
import { allCandidates, candidatesOf, readingsOf } from '../../../src/correlate/rules/links.ts';
import { mergePullRequests, toPullRequestState } from '../../../src/correlate/rules/pull-request-state.ts';
import type { CommitState, PullRequestState, RefState } from '../../../src/domain/link.ts';
import { depth } from '../../support/depth.ts';

const RUNS = { numRuns: depth(80, 2_000) };

/** Few values everywhere, so that ties and equal parts are common. */
const numbered = (from: number): string => Array.from({ length: 40 }, (_, n) => `AB-${from + n}`).join(' ');
const title = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.constantFrom(
      ...['ABC-1', 'ABC-2 and XY-3', 'XY-3, ABC-2', 'No key', 'UTF-8', 'ABC-1\nmore ABC-9', ''],
    ),
  },
  { weight: 1, arbitrary: fc.nat({ max: 60 }).map((from) => numbered(from + 1)) },
);
const branch = fc.oneof(
  fc.constantFrom(null, 'main', 'feature/abc-1', 'xy-3', 'fix_a_bc-1_x'),
  fc.array(fc.nat({ max: 99 }), { maxLength: 60 }).map((all) => all.map((n) => `b_ab-${n + 1}`).join('/')),
);
const ms = fc.option(fc.nat({ max: 3 }));
const id = fc.oneof(fc.nat({ max: 40 }).map(String), fc.constantFrom('__proto__', 'constructor', '007', 'x'));

const pullRequest = fc.record({
  repository: fc.constant('acme/shop'),
  id,
  title,
  body: fc.option(title),
  url: fc.constantFrom(null, 'https://a.example.com', 'https://b.example.com'),
  branch,
  updated_ms: ms,
  shas: fc.constant<string[]>([]),
});

const commit = fc.record({
  repository: fc.constant('acme/shop'),
  sha: fc.constant('a94a8fe'),
  message: title,
  author_name: fc.constantFrom(null, 'Ada', 'Bob', 'Ada L', 'sha256:0f'),
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
  it('does not mind which comes first, because deliveries come in any order', { tags: ['deep'] }, () => {
    fc.assert(
      fc.property(state, state, (a, b) => {
        expect(merge(a, b)).toEqual(merge(b, a));
      }),
      RUNS,
    );
  });

  it('does not mind what is joined first, because parallel batches join parts', { tags: ['deep'] }, () => {
    fc.assert(
      fc.property(state, state, state, (a, b, c) => {
        expect(merge(merge(a, b), c)).toEqual(merge(a, merge(b, c)));
      }),
      RUNS,
    );
  });

  it('does not mind repetition, because every delivery may be handled again', { tags: ['deep'] }, () => {
    fc.assert(
      fc.property(state, state, (a, b) => {
        expect(JSON.stringify(merge(a, a))).toBe(JSON.stringify(a));
        expect(merge(merge(a, b), b)).toEqual(merge(a, b));
      }),
      RUNS,
    );
  });

  it('does not mind being stored between, because a database reorders properties', { tags: ['deep'] }, () => {
    fc.assert(
      fc.property(state, state, (a, b) => {
        expect(merge(reordered(a), b)).toEqual(merge(a, b));
        expect(merge(b, reordered(a))).toEqual(merge(b, a));
      }),
      RUNS,
    );
  });

  it('ends the same after any order with repetitions, because only what was said counts', {
    tags: ['deep'],
  }, () => {
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

/** What a merge may never take away; the newest title of a pull request is told apart by its instant. */
type Facts = { author: boolean; time: boolean; url: boolean; title: number; keys: string[]; isCut: boolean };

const isCut = (value: unknown): boolean => JSON.stringify(value).includes('truncated');

const factsOfCommit = (state: CommitState): Facts => ({
  author: typeof state.details?.author_name === 'string',
  time: typeof state.details?.committed_ms === 'number',
  url: false,
  title: state.details?.title.length ?? 0,
  keys: [...(state.details?.keys ?? []), ...state.branch_keys.map((key) => `branch ${key}`)],
  isCut: isCut(state),
});

const factsOfPullRequest = (state: PullRequestState): Facts => ({
  author: false,
  time: false,
  url: state.url !== null,
  title: 0,
  keys: state.branch_keys,
  isCut: isCut(state),
});

const monotony = <State>(
  state: fc.Arbitrary<State>,
  merge: (a: State, b: State) => State,
  factsOf: (state: State) => Facts,
): void => {
  it('takes nothing away without saying so, because a poorer report must not cost a link', {
    tags: ['deep'],
  }, () => {
    fc.assert(
      fc.property(state, state, (a, b) => {
        const [before, after] = [factsOf(a), factsOf(merge(a, b))];
        expect(after.author || !before.author).toBe(true);
        expect(after.time || !before.time).toBe(true);
        expect(after.url || !before.url).toBe(true);
        expect(after.title).toBeGreaterThanOrEqual(before.title);
        const lost = before.keys.filter((key) => !after.keys.includes(key));
        if (!after.isCut) expect(lost).toEqual([]);
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

describe('mergeCommits', () => {
  laws(told, mergeCommits);
  monotony(told, mergeCommits, factsOfCommit);

  it('leaves a report as it is beside a poorer one, because it says nothing new', { tags: ['deep'] }, () => {
    const poorer = (state: CommitState, index: number): CommitState => ({
      ...state,
      details: state.details && {
        ...state.details,
        author_name: null,
        title: state.details.title.slice(0, index),
        keys: state.details.keys.slice(0, index),
      },
      branch_keys: state.branch_keys.slice(index),
      pull_requests: {},
    });
    fc.assert(
      fc.property(told, fc.nat({ max: 50 }), (state, index) => {
        expect(mergeCommits(state, poorer(state, index))).toEqual(state);
        expect(mergeCommits(poorer(state, index), state)).toEqual(state);
      }),
      RUNS,
    );
  });
});

describe('mergePullRequests', () => {
  laws(described, mergePullRequests);
  monotony(described, mergePullRequests, factsOfPullRequest);
});

describe('candidates', () => {
  const state = fc.oneof<fc.Arbitrary<RefState>[]>(told, described);

  it('of each rule and of all are the same set, because a row must lead to every commit that waits', {
    tags: ['deep'],
  }, () => {
    fc.assert(
      fc.property(state, (drawn) => {
        const rules = Object.values(candidatesOf(drawn));
        const all = allCandidates(drawn);
        expect(new Set(rules.flatMap((keys) => readingsOf(keys).flat()))).toEqual(new Set(all));
        expect(new Set(all).size).toBe(all.length);
        for (const keys of rules) expect(readingsOf(keys).flat().length).toBeLessThanOrEqual(50);
      }),
      RUNS,
    );
  });
});
