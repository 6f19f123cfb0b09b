import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { type Arrival, arrivals } from '../../property/histories.ts';
import type { HistoryStep } from '../../support/history-steps.ts';
import { fullUpdate } from '../../support/jira-deliveries.ts';

const START_MS = Date.UTC(2024, 4, 1, 10);
const COMMITS = 2;

/** A key for each issue. */
const keysOf = ([first = '', second = '']: string[]) => [`${first}-1`, `${first}-2`, `${second}-1`];

const rarely = <Value>(usual: Value, rare: fc.Arbitrary<Value>, weight = 5): fc.Arbitrary<Value> =>
  fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: rare });

/** One of the issues, which now and then takes a key from another, is deleted, or is no story. */
const issueStep = (keys: string[], id: number) =>
  fc.record({
    id: fc.constant(id),
    key: rarely(keys[id] ?? '', fc.constantFrom(...keys)),
    second: fc.nat({ max: 3 }),
    movedFrom: rarely(null, fc.constantFrom(null, ...keys)),
    level: rarely<'standard' | 'epic'>('standard', fc.constant('epic'), 9),
    event: rarely('jira:issue_updated', fc.constant('jira:issue_deleted'), 9),
  });

/** What names the issues of a commit; the same for every delivery that lists it. */
const texts = (keys: string[]) => {
  const key = fc.constantFrom(...keys, null);
  return fc.record({ message: key, branch: key, title: key });
};

const drafts = (keys: string[]) =>
  fc.record({
    issues: fc.tuple(
      ...keys.map((_, id) => fc.array(issueStep(keys, id), { minLength: 1, maxLength: 2, size: 'small' })),
    ),
    commits: fc.array(texts(keys), { minLength: COMMITS, maxLength: COMMITS }),
    told: fc.array(fc.record({ commit: fc.nat({ max: COMMITS - 1 }), bare: fc.boolean() }), {
      minLength: COMMITS,
      maxLength: COMMITS + 1,
    }),
  });

type Draft = ReturnType<typeof drafts> extends fc.Arbitrary<infer Drawn> ? Drawn : never;

const issueSteps = ({ issues }: Draft): HistoryStep[] =>
  issues.flat().map(({ id, key, second, level, event, movedFrom }, place) => ({
    kind: 'issue',
    delivery: fullUpdate(
      { id: String(id + 1), key, updatedMs: START_MS + second * 1000, text: `text ${place}`, level },
      { event, timestamp: START_MS, movedFrom },
    ),
  }));

/** `bare`: this delivery tells of no branch and no pull request; another one may. */
const commitSteps = ({ commits, told }: Draft, repository: string): HistoryStep[] =>
  told.map(({ commit, bare }) => {
    const { message = null, branch = null, title = null } = commits[commit] ?? {};
    return {
      kind: 'listed',
      repository,
      commits: [
        {
          sha: createHash('sha1').update(String(commit)).digest('hex'),
          message: `${message ?? 'Tidy up'} (${commit})`,
          committedMs: START_MS,
          branch: bare || branch === null ? null : `feature/${branch.toLowerCase()}-x`,
          pullRequest: bare || title === null ? null : { id: String(commit), title: `${title} (${commit})` },
        },
      ],
    };
  });

/**
 * Histories where almost everything is contested: few issues, which now and then take a key from each other,
 * come or go, and few commits that name several of them, each under another rule.
 */
export const contestedHistory = (
  projects: string[],
  repository: string,
): fc.Arbitrary<{ steps: HistoryStep[]; arrivals: Arrival[] }> =>
  drafts(keysOf(projects))
    .map((draft) => [...issueSteps(draft), ...commitSteps(draft, repository)])
    .chain((steps) => fc.record({ steps: fc.constant(steps), arrivals: arrivals(steps.length) }));
