import fc from 'fast-check';
import type { IssueLevel } from '../../src/domain/issue.ts';
import { arrivals, delivery } from './histories.ts';

const MOST_STEPS = 16;
const COMMITS = 4;
const PULL_REQUESTS = 2;
/** As many seconds as the histories of issues use. */
const SECONDS = 4;

/** `§` stands for what makes the projects of one history differ from those of every other. */
const message = fc.constantFrom(
  '§A-1 Show the total',
  'Fix §B-1, §A-2 and UTF-8',
  'Merge pull request #1 from acme/§A-2-login',
  "Merge branch '§b-1-2-factor' into §a-2",
  '_§B-2_ and X_§A-1_y',
  'Revert "§A-1 Show the total"\n\nThis reverts commit 9fceb02.',
  'Show the login page\r\n\r\nRefs: §B-2\r\n',
  'Show the login page (#2)',
  'Tidy up',
  'Bump lodash from 4.17.20 to 4.17.21',
  '§a-1 in lower case',
  'Read UTF-8 as §A-1-2 says, see §N-9',
);

const branch = fc.constantFrom(
  'main',
  'main',
  'feature/§a-1-login',
  '§B-1',
  '§a-2-and-§b-2',
  'fix/§b-2_x',
  'fix_§a-2-404-page',
);

const title = fc.constantFrom(
  '§A-1 Show the total',
  '§B-2 and §A-2',
  'Show the login page',
  'see §a-1',
  'UTF-8',
);

const list = <Value>(value: fc.Arbitrary<Value>, length: number) =>
  fc.array(value, { minLength: length, maxLength: length });

const second = fc.nat({ max: SECONDS - 1 });
const commitNumber = fc.nat({ max: COMMITS - 1 });
const pullRequestNumber = fc.nat({ max: PULL_REQUESTS - 1 });

/** What never changes: a commit's message and time, and how a pull request was called at each instant. */
const repository = fc.record({
  commits: list(fc.record({ message, second }), COMMITS),
  titles: list(list(title, SECONDS), PULL_REQUESTS),
});

const level = fc.constantFrom<IssueLevel>('standard', 'standard', 'standard', 'epic', 'subtask');

const issueStep = fc.record({ kind: fc.constant('issue' as const), delivery, level });

const pushStep = fc.record({
  kind: fc.constant('push' as const),
  branch,
  commits: fc.uniqueArray(commitNumber, { minLength: 1 }),
});

const pullRequestStep = fc.record({
  kind: fc.constant('pull_request' as const),
  pullRequest: pullRequestNumber,
  branch,
  second,
  head: commitNumber,
  merged: fc.option(commitNumber),
});

const listedStep = fc.record({
  kind: fc.constant('listed' as const),
  commits: fc.array(
    fc.record({
      commit: commitNumber,
      branch: fc.option(branch),
      pullRequest: fc.option(pullRequestNumber, { freq: 1 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});

const step = fc.oneof(
  { weight: 6, arbitrary: issueStep },
  { weight: 3, arbitrary: pushStep },
  { weight: 2, arbitrary: pullRequestStep },
  { weight: 2, arbitrary: listedStep },
);

/** Any history, before it is `placedSteps`. */
export const correlationDraft = fc
  .array(fc.record({ step, at: fc.nat({ max: 1 }) }), { minLength: 4, maxLength: MOST_STEPS })
  .chain((steps) =>
    fc.record({
      steps: fc.constant(steps),
      repositories: list(repository, 2),
      arrivals: arrivals(steps.length),
    }),
  );

export type Draft = typeof correlationDraft extends fc.Arbitrary<infer Drawn> ? Drawn : never;
