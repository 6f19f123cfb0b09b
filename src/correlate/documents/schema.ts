import * as z from 'zod/mini';
import { TIMEZONE } from '../../domain/instant.ts';
import { RULES } from '../../domain/link.ts';
import { RUN_ID } from '../../platform/run-id.ts';

const UTC_INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

const PHOENIX_INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}-07:00$/;

const ISSUE_ID = /^\d{1,20}$/;

/** What looks like an issue key in a text, upper case. */
const CANDIDATE = /^[A-Z][A-Z0-9_]+-[1-9]\d*$/;

const RUN_DOCUMENT_KEY =
  /^artifacts\/issues\/wave3\/jira_webhook\/\d{8}T\d{9}-[0-7][0-9A-HJKMNP-TV-Z]{25}\.json$/;

const text = (pattern: RegExp, description: string) =>
  z.string().check(z.regex(pattern), z.describe(description));
const named = (description: string) => z.string().check(z.minLength(1), z.describe(description));
const count = (description: string) => z.int().check(z.gte(0), z.describe(description));

const truncated = {
  keys_truncated: z
    .exactOptional(z.literal(true))
    .check(z.describe('Present when it names more keys than are looked at.')),
};

const utc = () => text(UTC_INSTANT, 'UTC, ISO 8601 with milliseconds.');
const phoenix = () => text(PHOENIX_INSTANT, 'America/Phoenix, ISO 8601 with milliseconds, UTC-7 all year.');
const rule = () => z.enum(RULES).check(z.describe('Where the key of the issue was found.'));

const issue = {
  issue_key: z.nullable(named('The current key of the issue; null when no full issue was ever delivered.')),
  issue_id: text(ISSUE_ID, 'The id of the issue, which never changes.'),
};

const stamp = {
  run_id: text(RUN_ID, 'A ULID: it sorts by the time of the run.'),
  git_sha: named('The commit of the code that ran, or `unknown`.'),
  generated_at: phoenix(),
  timezone: z.literal(TIMEZONE),
};

const manual = z.literal('manual');

const args = z
  .union([
    z.strictObject({ trigger: z.literal('stream') }),
    z.strictObject({ trigger: manual, project: z.string() }),
    z.strictObject({ trigger: manual, fix_version: z.string() }),
    z.strictObject({ trigger: manual, issue: z.string() }),
  ])
  .check(z.describe('What started the run: deliveries, or a command for one selection.'));

const touchedIssue = z.strictObject({
  ...issue,
  updated_at: z.nullable(utc()),
  phoenix_updated_at: z.nullable(phoenix()),
  event_type: z.nullable(named('`webhookEvent` of the delivery whose fields the snapshot shows.')),
  event_id: z.nullable(named('The event of that delivery.')),
  idempotency_key: z.nullable(named('The identifier of that delivery.')),
  outcome: z.nullable(z.literal('applied')),
  deleted: z.boolean(),
});

const commit = {
  repository: named('Its current name; of several spellings the first by code unit.'),
  sha: named('The id of the commit; hex digits in lower case.'),
  message_title: z.string().check(z.describe('The first line of the message.')),
  author_name: z.nullable(z.string()),
  committed_at: z.nullable(utc()),
  phoenix_committed_at: z.nullable(phoenix()),
};

const pullRequest = z.strictObject({
  repository: commit.repository,
  id: named('As the sender numbers it.'),
  title: z.string(),
  url: z.nullable(z.string()),
  rule: rule(),
  ...truncated,
});

const linkedCommit = z.strictObject({ ...commit, rule: rule(), ...truncated });

const matchedIssue = z.strictObject({
  ...issue,
  commits: z.array(linkedCommit),
  pull_requests: z.array(pullRequest),
});

const story = z.strictObject({
  ...issue,
  summary: z.nullable(z.string()),
  status: z.nullable(z.string()),
  fix_versions: z.array(z.string()),
  phoenix_updated_at: z.nullable(phoenix()),
});

const candidates = z
  .array(text(CANDIDATE, 'What looks like the key of an issue.'))
  .check(z.maxLength(50), z.describe('The keys the commit names, none of them of a known issue.'));

const commitWithoutStory = z.strictObject({ ...commit, candidates, ...truncated });

const summary = z.strictObject({
  issues: count('Issues the run examined.'),
  matched: count('Issues with commits or pull requests.'),
  stories_without_commits: count('Stories without commits.'),
  commits: count('Different commits, with a story or without.'),
  commits_without_story: count('Commits without a story.'),
});

/** The exact schema of a run document: no property more, none less. */
export const runDocument = z.strictObject({
  ...stamp,
  args,
  issues: z.array(touchedIssue),
  correlation: z.strictObject({
    matched: z.array(matchedIssue),
    stories_without_commits: z.array(story),
    commits_without_story: z.array(commitWithoutStory),
    summary,
  }),
});

/** The schema of `latest_summary.json`. */
export const latestSummary = z.strictObject({
  ...stamp,
  args,
  summary,
  document: text(RUN_DOCUMENT_KEY, 'The key of the run document this sums up.'),
});

/** What started a run: the stream (or the sweep in its place), or a command for one selection. */
export type RunArgs = z.infer<typeof args>;

/** An issue the run looked at; the event is the one whose fields its snapshot shows. */
export type TouchedIssue = z.infer<typeof touchedIssue>;

export type LinkedCommit = z.infer<typeof linkedCommit>;
export type CommitItem = Omit<LinkedCommit, 'rule'>;
export type CommitWithoutStory = z.infer<typeof commitWithoutStory>;
export type LinkedPullRequest = z.infer<typeof pullRequest>;
export type MatchedIssue = z.infer<typeof matchedIssue>;
export type StoryWithoutCommits = z.infer<typeof story>;
export type Summary = z.infer<typeof summary>;
export type RunDocument = z.infer<typeof runDocument>;
export type LatestSummary = z.infer<typeof latestSummary>;

/** What a run found, before it is stamped. Lists need not be sorted. */
export type Findings = Pick<RunDocument, 'issues'> & Omit<RunDocument['correlation'], 'summary'>;

/** The head of every document and of the gap listings: which run, when, on which code. */
export type Stamp = Pick<RunDocument, 'run_id' | 'git_sha' | 'generated_at' | 'timezone'>;
