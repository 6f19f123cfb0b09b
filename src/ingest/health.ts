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

/** When the last write failed; null when it did not, or there was none. */
type Writes = { failedAt(): Moment | null };

const CACHED_MS = 10_000;

/**
 * `GET /health`: open to everyone, so the checks are shared and kept for 10 s. A table that is read but takes no
 * writes is failing too: how the last write ended costs nothing to know, and is always current.
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

/** Reads a key that is never written: shows that the table is there, readable and answering. */
const checkTable = (table: Table, run: Run): Promise<Check> =>
  getItem({ table, signal: run.signal }, { pk: 'HEALTH', sk: 'HEALTH' }).then(
    () => 'ok',
    () => 'failing',
  );

/** A failed write speaks for the table this long; then a write is tried. */
const FAILED_FOR_MS = 30_000;

/** Without traffic nothing else would show that the table takes writes again. */
const retryWrite = async ({ table, writes }: HealthDeps, run: Run): Promise<void> => {
  const failedAt = writes.failedAt();
  if (failedAt === null || passedBetween(failedAt, run.began) < FAILED_FOR_MS) return;
  await tryWrite({ table, signal: run.signal }).catch(() => {});
};

/** A write that changes nothing: its condition never holds. How it ended is seen where writes are watched. */
const tryWrite = async (place: TableCall): Promise<void> => {
  const item = { pk: 'HEALTH', sk: 'HEALTH' };
  await putIf(place, { item, condition: 'attribute_exists(pk)' });
};

const WRITES = new Set(['PutItemCommand', 'UpdateItemCommand', 'BatchWriteItemCommand']);

/** Remembers how the write that began last ended. One that began earlier and ends later says nothing against it. */
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

/** A table that takes writes says this of one item: its condition does not hold, it is malformed, or met another write. */
const ABOUT_THE_ITEM = new Set([
  'ConditionalCheckFailedException',
  'ValidationException',
  'TransactionConflictException',
]);

const isOfTable = (fault: unknown): boolean => !(fault instanceof Error && ABOUT_THE_ITEM.has(fault.name));
