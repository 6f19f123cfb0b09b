import type { Expected, ExpectedLink } from '../support/correlation-oracle.ts';
import { issueNamed, type LiveIssue, liveIssues, supersedersIn } from '../support/correlation-world.ts';
import type { HistoryStep } from '../support/history-steps.ts';

/** A history that was played, and what the oracle says of it. */
type Played = { steps: HistoryStep[]; expected: Expected; issues: LiveIssue[]; keys: string[] };

type Scene = (played: Played) => boolean;

const links = ({ expected }: Played): ExpectedLink[] =>
  Object.values(expected.commits).filter((link) => link !== null);

const pullRequests = ({ steps }: Played) =>
  steps.flatMap((step) => (step.kind === 'pull_request' ? [step] : []));

const isDeletion = (step: HistoryStep): boolean =>
  step.kind === 'issue' && step.delivery.event === 'jira:issue_deleted';

const SCENES: Record<string, Scene> = {
  'a link by the message': (played) => links(played).some(({ rule }) => rule === 'message'),
  'a link by a branch': (played) => links(played).some(({ rule }) => rule === 'branch'),
  'a link by a title': (played) => links(played).some(({ rule }) => rule === 'pull_request_title'),
  'a commit of several issues': (played) => links(played).some(({ issue_ids }) => issue_ids.length > 1),
  'a commit that waits for its issue': ({ expected }) =>
    expected.commits_without_issue.some((name) => (expected.candidates[name]?.length ?? 0) > 0),
  'a commit that names nothing': ({ expected }) =>
    expected.commits_without_issue.some((name) => expected.candidates[name]?.length === 0),
  'a commit of epics and sub-tasks alone': ({ expected }) =>
    expected.commits_without_story.length > expected.commits_without_issue.length,
  'a story without commits': ({ expected }) => expected.stories_without_commits.length > 0,
  'an issue found by a key it had': ({ keys, issues }) =>
    keys.some((key) => (issueNamed(issues, key)?.now.key ?? key) !== key),
  'a key of an issue that another one had': ({ keys, issues }) =>
    keys.some(
      (key) =>
        issueNamed(issues, key)?.now.key === key && issues.filter((issue) => issue.keys.has(key)).length > 1,
    ),
  'an issue that another one supersedes': ({ steps }) =>
    [...supersedersIn(steps).values()].some((superseder) => superseder !== null),
  'an issue that a deleted one supersedes': ({ steps, issues }) => {
    const superseders = supersedersIn(steps);
    return [...superseders.values()].some((id) => id !== null && !issues.some((issue) => issue.id === id));
  },
  'a deleted issue': ({ steps }) => steps.some(isDeletion),
  'a commit that only a pull request mentions': (played) =>
    pullRequests(played).some(
      ({ repository, head }) => !(`${repository} ${head}` in played.expected.commits),
    ),
  'a pull request that belongs to an issue': ({ expected }) =>
    Object.values(expected.pull_requests).some((link) => link !== null),
  'a pull request whose title changes': (played) =>
    pullRequests(played).some((a) =>
      pullRequests(played).some((b) => a.repository === b.repository && a.id === b.id && a.title !== b.title),
    ),
};

/** Counts in how many histories each scene was played. */
export const countCorrelationScenes = () => {
  const counts: Record<string, number> = Object.fromEntries(Object.keys(SCENES).map((name) => [name, 0]));
  const look = (steps: HistoryStep[], expected: Expected): void => {
    const keys = [...new Set(Object.values(expected.candidates).flat())];
    const played = { steps, expected, issues: liveIssues(steps), keys };
    for (const [name, scene] of Object.entries(SCENES))
      if (scene(played)) counts[name] = (counts[name] ?? 0) + 1;
  };
  return { counts, look };
};
