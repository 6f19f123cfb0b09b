import * as z from 'zod/mini';
import { isEventId, sha256Hex } from '../domain/event-id.ts';
import { readExecutionId } from '../domain/execution.ts';
import { LAST_INSTANT_MS } from '../domain/instant.ts';
import { isIssueId } from '../domain/issue-key.ts';
import { BadRequestError } from '../errors/errors.ts';

/** Where a listing continues: the start key of an index, or the run id to continue before. */
export type Position = Record<string, string | number>;

/** The query that a cursor is bound to: a tenant's listing, with its parameters. */
export const cursorId = (tenant: string, asked: unknown[]): string => JSON.stringify([tenant, ...asked]);

/** Encodes a position as opaque text for `next_cursor`, bound to the query that it continues; null stays null. */
export const encodeCursor = (query: string, position: Position | null): string | null => {
  if (position === null) return null;
  const bound = { position, check: checkOf(query, position) };
  return Buffer.from(JSON.stringify(bound)).toString('base64url');
};

const checkOf = (query: string, position: Position): string =>
  sha256Hex(JSON.stringify(['cursor', query, Object.entries(position)])).slice(0, 16);

/** The error for a cursor of another query. */
export const foreignCursor = (): BadRequestError =>
  new BadRequestError('cursor: not a next_cursor of this query; leave it out to start again');

const schema = z.object({
  position: z.record(z.string(), z.union([z.string(), z.number()])),
  check: z.string(),
});

/**
 * The position in a cursor, null without one.
 * @throws BadRequestError when the cursor belongs to another query
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
 * Validates a position against the shape of a listing's positions: anyone can forge a valid check, and no part of a
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

/** Continues after an issue of a project. */
export const afterIssue = z.strictObject({ issue_id: issueId });

/** Continues before a run of a day. */
export const beforeRun = z.strictObject({ before: matching((id) => /^[0-9A-HJKMNP-TV-Z]{26}$/.test(id)) });

/** DynamoDB's limits for the two parts of a key. */
const MOST_PK_BYTES = 2_048;

/** The common part of a cursor in one issue's listing: the issue, and the key or id that was asked for. */
const ofIssue = { issue_id: issueId, asked: text(2 * MOST_PK_BYTES) };

const occurredMs = z.int().check(z.minimum(0), z.maximum(LAST_INSTANT_MS));

/**
 * Continues after the last events shown: one of those listed by the issue's id, and one of those that named only a key.
 * If no issue has the key that was asked for, `issue_id` is '' and only the latter is set.
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

/** The same for an issue's executions. */
export const afterIssueExecution = z.strictObject({
  ...ofIssue,
  issue_id: z.union([issueId, z.literal('')]),
  execution_id: z.optional(executionId),
  created_ms: z.optional(occurredMs),
  key_execution_id: z.optional(executionId),
  key_created_ms: z.optional(occurredMs),
});

/** Continues after an execution of an event. */
export const afterExecution = z.strictObject({ execution_id: executionId, created_ms: occurredMs });

const MOST_SK_BYTES = 1_024;

/**
 * Continues after a commit of an issue; without `sk`, after all commits that name the key. `done`: the keys completed
 * before, separated by spaces; absent when there are too many.
 */
export const afterIssueCommit = z.strictObject({
  ...ofIssue,
  key: text(MOST_PK_BYTES),
  sk: z.optional(text(MOST_SK_BYTES)),
  done: z.optional(z.string()),
});

/** Continues after a gap; without `pk`, `sk` and `work_sk`, after a whole group. */
export const afterGap = z.union([
  z.strictObject({
    group: matching((group) => Buffer.byteLength(group) <= MOST_SK_BYTES - 2),
    pk: text(MOST_PK_BYTES),
    sk: z.literal('L'),
    work_sk: text(MOST_SK_BYTES),
  }),
  z.strictObject({ group: matching((group) => Buffer.byteLength(group) <= MOST_SK_BYTES - 2) }),
]);
