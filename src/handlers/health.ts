import { jsonResponse } from '../http/response.ts';
import type { Clock } from '../platform/clock.ts';
import { getItem, type Table } from '../store/table-client.ts';
import type { Verifier } from '../verify/verify-delivery.ts';
import type { RouteHandler } from './dispatch.ts';
import type { Run } from './run.ts';

type Check = 'ok' | 'failing';
type Checks = { table: Check; secret: Check };

const CACHED_MS = 10_000;

/** Reads a key nobody writes: shows that the table is there, readable and answering. */
const checkTable = (table: Table, run: Run): Promise<Check> =>
  getItem(table, { pk: 'HEALTH', sk: 'HEALTH' }, run.signal).then(
    () => 'ok',
    () => 'failing',
  );

const runChecks = async (deps: { table: Table; verifier: Verifier }, run: Run): Promise<Checks> => {
  const [table, secret] = await Promise.all([checkTable(deps.table, run), deps.verifier.check()]);
  return { table, secret };
};

/** `GET /health`: open to everybody, so the checks are shared and kept for 10 s. */
export const health = (deps: { table: Table; verifier: Verifier; clock: Clock }): RouteHandler => {
  let last: { at: number; checks: Promise<Checks> } | undefined;
  return async (_request, _argument, run) => {
    if (!last || run.received_ms - last.at >= CACHED_MS)
      last = { at: run.received_ms, checks: runChecks(deps, run) };
    const checks = await last.checks;
    const ok = checks.table === 'ok' && checks.secret === 'ok';
    return jsonResponse(ok ? 200 : 503, { status: ok ? 'ok' : 'failing', checks });
  };
};
