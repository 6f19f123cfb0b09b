import { CLOCK_ROWS } from './clock-rows.ts';
import { CONNECTION_ROWS } from './connection-rows.ts';
import { CORRELATION_ROWS } from './correlation-rows.ts';
import { EXECUTION_ROWS } from './execution-rows.ts';
import { KILL_ROWS } from './kill-rows.ts';
import { RECONCILE_ROWS } from './reconcile-rows.ts';
import type { Row } from './row.ts';
import { SECRET_ROWS } from './secret-rows.ts';
import { SENDER_ROWS } from './sender-rows.ts';
import { TABLE_ROWS } from './table-rows.ts';

/** The rows by what they play with: each group is measured, and written down, by itself. */
export const GROUPS: Readonly<Record<'deliveries' | 'reconciliation' | 'executions', readonly Row[]>> = {
  deliveries: [
    ...SENDER_ROWS,
    ...TABLE_ROWS,
    ...KILL_ROWS,
    ...SECRET_ROWS,
    ...CONNECTION_ROWS,
    ...CLOCK_ROWS,
    ...CORRELATION_ROWS,
  ],
  reconciliation: RECONCILE_ROWS,
  executions: EXECUTION_ROWS,
};

/** The fault matrix, in the order in which it is shown. */
export const ROWS: readonly Row[] = Object.values(GROUPS).flat();
