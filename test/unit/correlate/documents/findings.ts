import fc from 'fast-check';
import { toCommitItem } from '../../../../src/correlate/documents/items.ts';
import type { Findings, RunArgs } from '../../../../src/correlate/documents/schema.ts';
import { toPhoenixIso, toUtcIso } from '../../../../src/domain/instant.ts';
import { RULES } from '../../../../src/domain/link.ts';

const nullable = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: null });
const instantMs = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2100, 0) });
const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const named = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const issueId = fc.oneof(fc.integer({ min: 1, max: 120 }).map(String), fc.stringMatching(/^\d{1,20}$/));
const issueKey = nullable(fc.stringMatching(/^[A-Z]{2,4}-[1-9]\d{0,2}$/));
const repository = fc.constantFrom('acme/shop', 'acme/api', 'acme/Shop');
const rule = fc.constantFrom(...RULES);

/** Few values, so that many are equal in what they are sorted by. */
const commit = fc
  .record(
    {
      repository,
      sha: fc.oneof(fc.constantFrom('aaaaaaa', 'bbbbbbb'), fc.stringMatching(/^[0-9a-f]{40}$/)),
      title: text,
      author_name: nullable(text),
      committed_ms: fc.oneof(fc.constantFrom(null, 0, 1_000), instantMs),
      keys_truncated: fc.constant(true as const),
    },
    { requiredKeys: ['repository', 'sha', 'title', 'author_name', 'committed_ms'] },
  )
  .map(toCommitItem);

const touchedIssue = fc
  .record({
    issue_key: issueKey,
    issue_id: issueId,
    ms: nullable(instantMs),
    deleted: fc.boolean(),
    event: named,
  })
  .map(({ ms, event, ...issue }) => ({
    ...issue,
    updated_at: ms === null ? null : toUtcIso(ms),
    phoenix_updated_at: ms === null ? null : toPhoenixIso(ms),
    event_type: ms === null ? null : event,
    event_id: ms === null ? null : event,
    idempotency_key: ms === null ? null : event,
    outcome: ms === null ? null : ('applied' as const),
  }));

const matchedIssue = fc.record({
  issue_key: issueKey,
  issue_id: issueId,
  commits: fc.array(
    fc.tuple(commit, rule).map(([one, found]) => ({ ...one, rule: found })),
    { maxLength: 5 },
  ),
  pull_requests: fc.array(
    fc.record({
      repository,
      id: fc.oneof(fc.integer({ min: 1, max: 120 }).map(String), named),
      title: text,
      url: nullable(text),
      rule,
    }),
    { maxLength: 4 },
  ),
});

const story = fc.record({
  issue_key: issueKey,
  issue_id: issueId,
  summary: nullable(text),
  status: nullable(text),
  fix_versions: fc.array(text, { maxLength: 3 }),
  phoenix_updated_at: nullable(instantMs.map(toPhoenixIso)),
});

const candidates = fc.array(fc.stringMatching(/^[A-Z]{2,4}-[1-9]\d{0,2}$/), { maxLength: 4 });

/** Whatever a run may find. */
export const anyFindings: fc.Arbitrary<Findings> = fc.record({
  issues: fc.array(touchedIssue, { maxLength: 6 }),
  matched: fc.array(matchedIssue, { maxLength: 5 }),
  stories_without_commits: fc.array(story, { maxLength: 6 }),
  commits_without_story: fc.array(
    fc.tuple(commit, candidates).map(([one, keys]) => ({ ...one, candidates: keys })),
    { maxLength: 6 },
  ),
});

export const anyArgs: fc.Arbitrary<RunArgs> = fc.oneof(
  fc.constant<RunArgs>({ trigger: 'stream' }),
  text.map((project): RunArgs => ({ trigger: 'manual', project })),
  text.map((fix_version): RunArgs => ({ trigger: 'manual', fix_version })),
  text.map((issue): RunArgs => ({ trigger: 'manual', issue })),
);
