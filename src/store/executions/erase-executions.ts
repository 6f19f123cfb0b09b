import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { readExecutionId } from '../../domain/execution.ts';
import { queryPages } from '../calls/rows.ts';
import { callTable, type TableCall, type Walk } from '../calls/table.ts';
import { type After, behindEntries, type IssueNames, listOfIssue } from '../events/issue-events.ts';
import { ATTEMPT_SORT, EXECUTION_SORT, executionsPartition } from './execution-keys.ts';
import { EXECUTIONS } from './list-executions.ts';

const PAGE = 100;

/**
 * Erases the executions and attempts of an event. Executions first: without one, no attempt can be written.
 * @throws UnavailableError
 */
export const eraseExecutions = async (newPlace: () => TableCall, eventId: string): Promise<void> => {
  for (const begin of [EXECUTION_SORT, ATTEMPT_SORT]) {
    const query = {
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :begin)',
      ExpressionAttributeValues: { ':pk': executionsPartition(eventId), ':begin': begin },
      ProjectionExpression: 'pk, sk',
      ConsistentRead: true,
    };
    for await (const rows of queryPages(newPlace, query, ['pk', 'sk'], PAGE))
      for (const { pk, sk } of rows) {
        const { table, signal } = newPlace();
        const command = new DeleteCommand({ TableName: table.name, Key: { pk, sk } });
        await callTable(signal, () => table.documentClient.send(command));
      }
  }
};

/**
 * Erases executions that are listed for an issue: those of events that were published while these were erased.
 * @throws UnavailableError
 */
export const eraseExecutionsOfIssue = async (
  { table, tenant, newSignal }: Walk,
  names: IssueNames,
): Promise<void> => {
  let after: After = { by_id: null, by_key: null };
  for (let more = true; more; ) {
    const place = { table, tenant, signal: newSignal() };
    const page = await listOfIssue(place, EXECUTIONS, names, { limit: PAGE, after });
    const eventIds = page.entries.flatMap(({ id }) => readExecutionId(id)?.event_id ?? []);
    for (const eventId of new Set(eventIds))
      await eraseExecutions(() => ({ table, signal: newSignal() }), eventId);
    after = behindEntries(page.entries, after);
    more = page.more;
  }
};
