import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { RouteHandler } from '../http/dispatch.ts';
import type { Run } from '../http/request.ts';
import { jsonResponse } from '../http/response.ts';
import { type Clock, type Moment, momentOf, passedBetween } from '../platform/clock.ts';
import { putIf } from '../store/calls/conditional-write.ts';
import { getItem, type Table, type TableCall } from '../store/calls/table.ts';
import type { Verifier } from '../verify/verify-delivery.ts';

type Checks = { table: Check; secret: Check };

type Check = 'ok' | 'failing';

type HealthDeps = { table: Table; writes: Writes; verifier: Verifier };

/** When the last write failed; null if it succeeded, or there was none. */
type Writes = { failedAt(): Moment | null };

const CACHED_MS = 10_000;

/**
 * `GET /health`: unauthenticated, so the checks are shared and cached for 10 s. A table that can be read but not
 * written is failing too; the result of the last write costs nothing and is never cached.
 */
export const health = (deps: HealthDeps): RouteHandler => {
  let last: { at: Moment; checks: Promise<Checks> } | undefined;
  return async (_request, _argument, run) => {
    if (!last || passedBetween(last.at, run.began) >= CACHED_MS)
      last = { at: run.began, checks: runChecks(deps, run) };
    const { table, secret } = await last.checks;
    const checks: Checks = { table: deps.writes.failedAt() === null ? table : 'failing', secret };
    const ok = checks.table === 'ok' && checks.secret === 'ok';
    return jsonResponse(ok ? 200 : 503, { status: ok ? 'ok' : 'failing', checks });
  };
};

const runChecks = async (deps: HealthDeps, run: Run): Promise<Checks> => {
  const [table, secret] = await Promise.all([
    checkTable(deps.table, run),
    deps.verifier.check(),
    retryWrite(deps, run),
  ]);
  return { table, secret };
};

/** Reads a key that is never written, to show that the table exists, is readable and responds. */
const checkTable = (table: Table, run: Run): Promise<Check> =>
  getItem({ table, signal: run.signal }, { pk: 'HEALTH', sk: 'HEALTH' }).then(
    () => 'ok',
    () => 'failing',
  );

/** How long a failed write stands before the check tries a write itself. */
const FAILED_FOR_MS = 30_000;

/** Without traffic, nothing else would show that the table accepts writes again. */
const retryWrite = async ({ table, writes }: HealthDeps, run: Run): Promise<void> => {
  const failedAt = writes.failedAt();
  if (failedAt === null || passedBetween(failedAt, run.began) < FAILED_FOR_MS) return;
  await tryWrite({ table, signal: run.signal }).catch(() => {});
};

/** A write that is a no-op, since its condition never holds. `watchWrites` records its result. */
const tryWrite = async (place: TableCall): Promise<void> => {
  const item = { pk: 'HEALTH', sk: 'HEALTH' };
  await putIf(place, { item, condition: 'attribute_exists(pk)' });
};

const WRITES = new Set(['PutItemCommand', 'UpdateItemCommand', 'BatchWriteItemCommand']);

/** Records the result of the most recently started write; an earlier one that ends later does not override it. */
export const watchWrites = (client: DynamoDBClient, clock: Clock, steady?: Clock): Writes => {
  let begun = 0;
  let last: { number: number; failedAt: Moment | null } = { number: 0, failedAt: null };
  const record = (number: number, failed: boolean): void => {
    if (number > last.number) last = { number, failedAt: failed ? momentOf(clock, steady) : null };
  };
  client.middlewareStack.add(
    (next, { commandName = '' }) => {
      if (!WRITES.has(commandName)) return next;
      return async (args) => {
        begun += 1;
        const number = begun;
        try {
          const answer = await next(args);
          record(number, false);
          return answer;
        } catch (fault) {
          record(number, isOfTable(fault));
          throw fault;
        }
      };
    },
    { step: 'initialize', name: 'watchWrites' },
  );
  return { failedAt: () => last.failedAt };
};

/** Errors about one item from a table that accepts writes: condition failed, malformed, or a concurrent transaction. */
const ABOUT_THE_ITEM = new Set([
  'ConditionalCheckFailedException',
  'ValidationException',
  'TransactionConflictException',
]);

const isOfTable = (fault: unknown): boolean => !(fault instanceof Error && ABOUT_THE_ITEM.has(fault.name));
