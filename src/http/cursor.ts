import * as z from 'zod/mini';
import { isEventId, sha256Hex } from '../domain/event-id.ts';
import { readExecutionId } from '../domain/execution.ts';
import { LAST_INSTANT_MS } from '../domain/instant.ts';
import { isIssueId } from '../domain/issue-key.ts';
import { BadRequestError } from '../errors/errors.ts';

/** Where a listing continues: the start key of an index, or the run id to continue before. */
export type Position = Record<string, string | number>;

/** What a cursor is bound to: a tenant's listing of one kind, with what was asked for. */
export const cursorId = (tenant: string, asked: unknown[]): string => JSON.stringify([tenant, ...asked]);

/** Opaque text for `next_cursor`; null stays null. Bound to the query that it continues. */
export const encodeCursor = (query: string, position: Position | null): string | null => {
  if (position === null) return null;
  const bound = { position, check: checkOf(query, position) };
  return Buffer.from(JSON.stringify(bound)).toString('base64url');
};

const checkOf = (query: string, position: Position): string =>
  sha256Hex(JSON.stringify(['cursor', query, Object.entries(position)])).slice(0, 16);

/** The error for a cursor that was not made for this query. */
export const foreignCursor = (): BadRequestError =>
  new BadRequestError('cursor: not a next_cursor of this query; leave it out to start again');

const schema = z.object({
  position: z.record(z.string(), z.union([z.string(), z.number()])),
  check: z.string(),
});

/**
 * The position in a cursor, null without one.
 * @throws BadRequestError when it was not made for this query.
 */
export const decodeCursor = (query: string, cursor: string | undefined): Position | null => {
  if (cursor === undefined) return null;
  const parsed = schema.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString()));
  if (!parsed.success || parsed.data.check !== checkOf(query, parsed.data.position)) throw foreignCursor();
  return parsed.data.position;
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

const text = (mostBytes: number) =>
  z.string().check(z.refine((value) => value !== '' && Buffer.byteLength(value) <= mostBytes));

/**
 * The position, in the shape that a listing's positions have: anyone can forge a check that fits, and nothing of a
 * position may reach the table unchecked.
 * @throws BadRequestError
 */
export const readPosition = <T>(shape: z.ZodMiniType<T>, position: Position | null): T | null => {
  if (position === null) return null;
  const parsed = shape.safeParse(position);
  if (!parsed.success) throw foreignCursor();
  return parsed.data;
};

const matching = (matches: (value: string) => boolean) => z.string().check(z.refine(matches));

const issueId = matching(isIssueId);

/** Behind an issue of a project. */
export const afterIssue = z.strictObject({ issue_id: issueId });

/** Before a run of a day. */
export const beforeRun = z.strictObject({ before: matching((id) => /^[0-9A-HJKMNP-TV-Z]{26}$/.test(id)) });

/** DynamoDB's limits for the two parts of a key. */
const MOST_PK_BYTES = 2_048;

/** What a cursor of one issue's listing begins with: the issue, and how it was asked for. */
const ofIssue = { issue_id: issueId, asked: text(2 * MOST_PK_BYTES) };

const occurredMs = z.int().check(z.minimum(0), z.maximum(LAST_INSTANT_MS));

/**
 * Behind an event of an issue: the last one shown of those by its id, and of those that named a key alone. Without an
 * issue of the key that was asked for, only of the latter.
 */
export const afterIssueEvent = z.strictObject({
  ...ofIssue,
  issue_id: z.union([issueId, z.literal('')]),
  event_id: z.optional(matching(isEventId)),
  occurred_ms: z.optional(occurredMs),
  key_event_id: z.optional(matching(isEventId)),
  key_occurred_ms: z.optional(occurredMs),
});

const executionId = matching((id) => readExecutionId(id) !== null);

/** The same of an issue's executions. */
export const afterIssueExecution = z.strictObject({
  ...ofIssue,
  issue_id: z.union([issueId, z.literal('')]),
  execution_id: z.optional(executionId),
  created_ms: z.optional(occurredMs),
  key_execution_id: z.optional(executionId),
  key_created_ms: z.optional(occurredMs),
});

/** Behind an execution of an event. */
export const afterExecution = z.strictObject({ execution_id: executionId, created_ms: occurredMs });

const MOST_SK_BYTES = 1_024;

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
