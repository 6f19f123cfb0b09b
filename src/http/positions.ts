import * as z from 'zod/mini';
import { isEventId } from '../domain/event-id.ts';
import { LAST_INSTANT_MS } from '../domain/instant.ts';
import { isIssueId } from '../domain/issue-key.ts';

/** DynamoDB's limits for the two parts of a key. */
const MOST_PK_BYTES = 2_048;
const MOST_SK_BYTES = 1_024;

const text = (mostBytes: number) =>
  z.string().check(z.refine((value) => value !== '' && Buffer.byteLength(value) <= mostBytes));

const matching = (matches: (value: string) => boolean) => z.string().check(z.refine(matches));

const issueId = matching(isIssueId);

/** Behind an issue of a project. */
export const afterIssue = z.strictObject({ issue_id: issueId });

/** Before a run of a day. */
export const beforeRun = z.strictObject({ before: matching((id) => /^[0-9A-HJKMNP-TV-Z]{26}$/.test(id)) });

/** What a cursor of one issue's listing begins with: the issue, and how it was asked for. */
const ofIssue = { issue_id: issueId, asked: text(2 * MOST_PK_BYTES) };

/** Behind an event of an issue. */
export const afterIssueEvent = z.strictObject({
  ...ofIssue,
  event_id: matching(isEventId),
  occurred_ms: z.int().check(z.minimum(0), z.maximum(LAST_INSTANT_MS)),
});

/**
 * Behind a commit of an issue; without `sk` behind everything that names the key. `done`: keys that were gone through
 * before, parted by white space; missing when they are too many.
 */
export const afterIssueCommit = z.strictObject({
  ...ofIssue,
  key: text(MOST_PK_BYTES),
  sk: z.optional(text(MOST_SK_BYTES)),
  done: z.optional(z.string()),
});

/** Behind a gap; without `pk`, `sk` and `work_sk` behind a whole group. */
export const afterGap = z.union([
  z.strictObject({
    group: matching((group) => Buffer.byteLength(group) <= MOST_SK_BYTES - 2),
    pk: text(MOST_PK_BYTES),
    sk: z.literal('L'),
    work_sk: text(MOST_SK_BYTES),
  }),
  z.strictObject({ group: matching((group) => Buffer.byteLength(group) <= MOST_SK_BYTES - 2) }),
]);
