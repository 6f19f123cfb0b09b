import type { Rule } from '../../src/domain/link.ts';
import { isStoryNow, issueNamed, type LiveIssue, liveIssues } from './correlation-world.ts';
import type { HistoryStep } from './history-steps.ts';
import { slowKeys, slowReadings } from './key-oracle.ts';

type Title = { id: string; title: string; updatedMs: number };

/** What one delivery says of one commit. `message` is null when a pull request only mentions it. */
type Told = { name: string; message: string | null; branch: string | null; title: Title | null };

type Texts = { message: string[]; branch: string[]; pull_request_title: string[] };

export type ExpectedLink = { rule: Rule; issue_ids: string[] };

/** Commits are named `{repository} {sha}`, pull requests `{repository} {id}`; lists are sorted. */
export type Expected = {
  /** Every known commit; null when it belongs to no issue. */
  commits: Record<string, ExpectedLink | null>;
  pull_requests: Record<string, ExpectedLink | null>;
  /** The keys each known commit names, under any rule. */
  candidates: Record<string, string[]>;
  /** Ids of stories that no known commit belongs to. */
  stories_without_commits: string[];
  /** Known commits that belong to no issue at all. */
  commits_without_issue: string[];
  /** Known commits that belong to no story: those, and those of epics and sub-tasks alone. */
  commits_without_story: string[];
};

const commitsTold = (step: HistoryStep): Told[] => {
  if (step.kind === 'issue') return [];
  if (step.kind === 'pull_request')
    return [step.head, step.merged].flatMap((sha) =>
      sha === null
        ? []
        : [{ name: `${step.repository} ${sha}`, message: null, branch: step.branch, title: step }],
    );
  if (step.kind === 'push')
    return step.commits.map(({ sha, message }) => ({
      name: `${step.repository} ${sha}`,
      message,
      branch: step.branch,
      title: null,
    }));
  return step.commits.map(({ sha, message, branch, pullRequest, committedMs }) => ({
    name: `${step.repository} ${sha}`,
    message,
    branch,
    title: pullRequest && { ...pullRequest, updatedMs: committedMs },
  }));
};

const pullRequestsTold = (step: HistoryStep): Told[] => {
  if (step.kind === 'pull_request')
    return [{ name: `${step.repository} ${step.id}`, message: null, branch: step.branch, title: step }];
  if (step.kind !== 'listed') return [];
  return commitsTold(step).flatMap(({ title }) =>
    title ? [{ name: `${step.repository} ${title.id}`, message: null, branch: null, title }] : [],
  );
};

/** Each pull request's newest title among those that were told together with the commit. */
const newestTitles = (titles: Title[]): string[] => {
  const oldestFirst = titles.toSorted((a, b) => a.updatedMs - b.updatedMs);
  return [...new Map(oldestFirst.map(({ id, title }) => [id, title])).values()];
};

/** What the merges of these histories say was merged in, as a text to look for keys in. */
const mergedIn = (message: string): string =>
  (/^Merge (?:pull request #\d+ from [^/]+\/|branch ')(\S+)/.exec(message)?.[1] ?? '').toUpperCase();

const textsOf = (told: readonly Told[]): Texts => ({
  message: told.flatMap(({ message }) => (message === null ? [] : [message, mergedIn(message)])),
  branch: told.flatMap(({ branch }) => branch?.toUpperCase() ?? []),
  pull_request_title: newestTitles(told.flatMap(({ title }) => title ?? [])),
});

const keysIn = (texts: string[]): string[] => [...new Set(texts.flatMap(slowKeys))];

const sorted = (texts: Iterable<string>): string[] => [...new Set(texts)].sort();

const byNumber = (ids: Iterable<string>): string[] =>
  [...new Set(ids)].sort((a, b) => Number(BigInt(a) - BigInt(b)));

const firstNamed = (issues: readonly LiveIssue[], readings: string[]): string[] =>
  readings.flatMap((key) => issueNamed(issues, key)?.id ?? []).slice(0, 1);

/** The first rule that names an issue wins, and all issues it names count. */
const linkOf = (texts: Texts, issues: readonly LiveIssue[]): ExpectedLink | null => {
  for (const rule of ['message', 'branch', 'pull_request_title'] as const) {
    const named = keysIn(texts[rule]).flatMap((key) => firstNamed(issues, slowReadings(key)));
    if (named.length > 0) return { rule, issue_ids: byNumber(named) };
  }
  return null;
};

const byName = (told: readonly Told[]): [string, Texts][] =>
  [...Map.groupBy(told, ({ name }) => name)].map(([name, group]) => [name, textsOf(group)]);

const mapped = <Value>(all: [string, Texts][], value: (texts: Texts) => Value): Record<string, Value> =>
  Object.fromEntries(all.map(([name, texts]) => [name, value(texts)]));

/**
 * What belongs to what after the whole history, whatever the order of its steps: a naive fold over everything
 * that was ever said. Steps must agree with each other: one message for each sha, one title for each pull
 * request and instant.
 */
export const expectedLinks = (steps: readonly HistoryStep[]): Expected => {
  const issues = liveIssues(steps);
  const told = steps.flatMap(commitsTold);
  const known = new Set(told.filter(({ message }) => message !== null).map(({ name }) => name));
  const texts = byName(told.filter(({ name }) => known.has(name)));
  const commits = mapped(texts, (its) => linkOf(its, issues));
  const links = Object.entries(commits);
  const stories = new Set(issues.filter(isStoryNow).map(({ id }) => id));
  const withCommits = new Set(links.flatMap(([, link]) => link?.issue_ids ?? []));
  const hasStory = (link: ExpectedLink | null) => link?.issue_ids.some((id) => stories.has(id)) === true;
  return {
    commits,
    pull_requests: mapped(byName(steps.flatMap(pullRequestsTold)), (its) => linkOf(its, issues)),
    candidates: mapped(texts, (its) => sorted(Object.values(its).flatMap(keysIn).flatMap(slowReadings))),
    stories_without_commits: byNumber([...stories].filter((id) => !withCommits.has(id))),
    commits_without_issue: sorted(links.filter(([, link]) => link === null).map(([name]) => name)),
    commits_without_story: sorted(links.filter(([, link]) => !hasStory(link)).map(([name]) => name)),
  };
};
