import { textTable } from '../shared/tables.ts';
import { printable } from '../shared/terminal.ts';
import type { ShownExecution } from './row.ts';

const NONE = '-';

/** Names of subscriptions by their ids. */
export type Names = ReadonlyMap<string, string>;

/** A line for each execution; its target where names are known. */
export const listReport = (executions: readonly ShownExecution[], names: Names): string =>
  textTable(
    ['made', 'status', 'issue', 'type', 'priority', 'tries', ...(names.size === 0 ? [] : ['target']), 'id'],
    executions.map((one) => [
      one.created_at,
      shortStatus(one),
      one.issue_key ?? NONE,
      printable(one.event_type ?? NONE),
      one.priority,
      String(one.tries),
      ...(names.size === 0 ? [] : [names.get(one.subscription_id) ?? one.subscription_id]),
      one.execution_id,
    ]),
  );

/** What it is, and what it waits for. */
export const shortStatus = ({ status, waits_for, next_attempt_at }: ShownExecution): string => {
  if (status !== 'queued' || waits_for === null) return status;
  return waits_for === 'retry' && next_attempt_at !== null
    ? `${status}, again at ${next_attempt_at.slice(11, 19)}`
    : `${status}, ${waits_for}`;
};
