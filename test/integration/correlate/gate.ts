import type { Table } from '../../../src/store/calls/table.ts';
import { openApp, type TestApp } from '../../support/app.ts';

/**
 * The app's table through clients of its own, with something done before a call is sent. Calls are counted from
 * 0; a call waits for what is done.
 */
export const gatedTable = (
  app: TestApp,
  endpoint: string,
  before: (call: number) => Promise<void>,
): { table: Table; calls: () => number } => {
  const { table } = openApp({ endpoint, tableName: app.events.table.name }).events;
  let calls = 0;
  for (const client of [table.client, table.documentClient])
    client.middlewareStack.add(
      (next) => async (args) => {
        calls += 1;
        await before(calls - 1);
        return next(args);
      },
      { step: 'initialize', name: 'gate' },
    );
  return { table, calls: () => calls };
};
