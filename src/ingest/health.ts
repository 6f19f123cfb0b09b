import type { RouteHandler } from '../http/dispatch.ts';
import { jsonResponse } from '../http/response.ts';
import type { Run } from '../http/run.ts';
import { type Moment, passedBetween } from '../platform/clock.ts';
import { getItem, type Table } from '../store/calls/table.ts';
import { tryWrite, type Writes } from '../store/calls/watch-writes.ts';
import type { Verifier } from '../verify/verify-delivery.ts';

type Check = 'ok' | 'failing';
type Checks = { table: Check; secret: Check };

export type HealthDeps = { table: Table; writes: Writes; verifier: Verifier };

const CACHED_MS = 10_000;

/** For so long what the last write met speaks for the table; then, if it failed, a write is tried. */
const FAILED_FOR_MS = 30_000;

/** Reads a key nobody writes: shows that the table is there, readable and answering. */
const checkTable = (table: Table, run: Run): Promise<Check> =>
  getItem({ table, signal: run.signal }, { pk: 'HEALTH', sk: 'HEALTH' }).then(
    () => 'ok',
    () => 'failing',
  );

/** Without traffic nothing else would tell that the table takes writes again. */
const retryWrite = async ({ table, writes }: HealthDeps, run: Run): Promise<void> => {
  const failedAt = writes.failedAt();
  if (failedAt === null || passedBetween(failedAt, run.began) < FAILED_FOR_MS) return;
  await tryWrite({ table, signal: run.signal }).catch(() => {});
};

const runChecks = async (deps: HealthDeps, run: Run): Promise<Checks> => {
  const [table, secret] = await Promise.all([
    checkTable(deps.table, run),
    deps.verifier.check(),
    retryWrite(deps, run),
  ]);
  return { table, secret };
};

/**
 * `GET /health`: open to everybody, so the checks are shared and kept for 10 s. A table that is read but takes no
 * writes is failing too: what the last write met costs nothing, and is always of now.
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
