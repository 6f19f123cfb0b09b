import * as z from 'zod/mini';
import { TTL_ATTRIBUTE } from '../../contract/table.ts';
import { type Attempt, EXECUTION_STATUSES, type Execution, readExecutionId } from '../../domain/execution.ts';
import { PRIORITIES } from '../../domain/subscription.ts';
import { isTenant } from '../../domain/tenant.ts';
import { UnreadableRowError } from '../../errors/errors.ts';
import { compress, decompress } from '../../platform/codec.ts';
import { readChecked, readJson } from '../calls/checked-row.ts';
import { timeSort } from '../calls/keys.ts';
import type { Item, Key } from '../calls/table.ts';
import {
  attemptKey,
  duePartition,
  executionDayPartition,
  executionKey,
  issueExecutionsPartition,
  namedKeyExecutionsPartition,
} from './execution-keys.ts';

/**
 * The row of an execution: all of it in one compressed attribute, because an answer may have 64 KB, and the attributes
 * that place it in indexes.
 * @param owner who claims it with this write
 */
export const executionItem = (execution: Execution, owner?: string): Item & Key => ({
  ...executionKey(execution.execution_id),
  rev: execution.rev,
  claimed_by: owner,
  run_id: execution.run_id,
  day_pk: executionDayPartition(execution),
  status: execution.status,
  subscription_id: execution.subscription_id,
  event_type: execution.event_type?.toWellFormed(),
  ...placeInIssue(execution),
  ...placeInWork(execution),
  [TTL_ATTRIBUTE]: execution.expires_at,
  body: compress(Buffer.from(JSON.stringify(execution))),
});

const placeInIssue = ({ tenant_id, issue_id, issue_key, created_ms }: Execution): Item => {
  if (issue_id !== null)
    return { issue_pk: issueExecutionsPartition(tenant_id, issue_id), occurred_ms: created_ms };
  return issue_key === null
    ? {}
    : { issue_pk: namedKeyExecutionsPartition(tenant_id, issue_key), occurred_ms: created_ms };
};

/** A queued or claimed execution is due at some time; an ended one is not. */
const placeInWork = ({ execution_id, tenant_id, subscription_id, priority, due_ms }: Execution): Item =>
  due_ms === null
    ? {}
    : {
        work_pk: duePartition(tenant_id, subscription_id, priority),
        work_sk: `${timeSort(due_ms)}#${execution_id}`,
      };

/** Decodes a row. @throws UnreadableRowError if our code cannot have written it, or only newer code can */
export const readExecution = (row: Item): Execution => {
  const { body, rev } = readChecked(rowSchema, row);
  const read = readJson(executionSchema, row, () => decompress(body).toString());
  const { pk, sk } = executionKey(read.execution_id);
  if (read.rev !== rev || pk !== row.pk || sk !== row.sk) throw new UnreadableRowError(row, 'body', null);
  return read;
};

/**
 * The row of an attempt. `claim` uniquely identifies the claim that it ended: an execution that had expired may be
 * created again with the same id and revisions, but by another run.
 */
export const attemptItem = (claimed: Execution, attempt: Attempt): Item & Key => ({
  ...attemptKey(claimed.execution_id, attempt.attempt),
  claim: `${claimed.run_id}#${claimed.rev}`,
  [TTL_ATTRIBUTE]: claimed.expires_at,
  body: compress(Buffer.from(JSON.stringify(attempt))),
});

/** @throws UnreadableRowError as `readExecution` */
export const readAttempt = (row: Item): Attempt => {
  const { body } = readChecked(attemptRow, row);
  return readJson(attemptSchema, row, () => decompress(body).toString());
};

/** The execution of an index entry. @throws UnreadableRowError */
export const executionIdOfEntry = (entry: Item): string => {
  const { pk, sk } = entry;
  const id = `exe_${String(pk).slice('X#'.length)}_${String(sk).slice('X#'.length)}`;
  if (readExecutionId(id) === null) throw new UnreadableRowError(entry, 'pk', null);
  return id;
};

const text = z.string();
const textOrNull = z.nullable(text);
const number = z.number();
const numberOrNull = z.nullable(number);
const whole = z.int().check(z.positive());
const count = z.int().check(z.nonnegative());

const rowSchema = z.object({ body: z.instanceof(Uint8Array), rev: whole });
const attemptRow = z.object({ body: z.instanceof(Uint8Array) });

/** Loose, so that a change by this code keeps fields that newer code wrote. */
const executionSchema = z.looseObject({
  execution_id: text.check(z.refine((id) => readExecutionId(id) !== null)),
  tenant_id: text.check(z.refine(isTenant)),
  event_id: text,
  subscription_id: text,
  issue_id: textOrNull,
  issue_key: textOrNull,
  event_type: textOrNull,
  priority: z.enum(PRIORITIES),
  status: z.enum(EXECUTION_STATUSES),
  reason: textOrNull,
  tries: count,
  attempts: count,
  claims: count,
  due_ms: numberOrNull,
  created_ms: number,
  started_ms: numberOrNull,
  completed_ms: numberOrNull,
  result: z.nullable(
    z.looseObject({ status: number, content_type: textOrNull, body: text, truncated: z.boolean() }),
  ),
  replay_of: textOrNull,
  run_id: text,
  received_ms: number,
  expires_at: number,
  rev: whole,
}) satisfies z.ZodMiniType<Execution>;

const attemptSchema = z.looseObject({
  attempt: whole,
  at_ms: number,
  duration_ms: number,
  status: numberOrNull,
  error: textOrNull,
  response_headers: z.record(text, text),
  response_body: textOrNull,
  is_probe: z.boolean(),
}) satisfies z.ZodMiniType<Attempt>;
