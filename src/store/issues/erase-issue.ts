import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { eventKey, processingKey, snapshotKey } from '../calls/keys.ts';
import { callTable, getItem, type Place, type Table, type TableCall } from '../calls/table.ts';
import { type After, behindEntries, type IssueNames, listIssueEvents } from '../events/issue-events.ts';
import type { RawBodies } from '../events/put-event.ts';
import { eraseExecutions, eraseExecutionsOfIssue } from '../executions/erase-executions.ts';

/**
 * Erases an issue's fields, events, raw bodies and executions, for a person's right to erasure. Events go first, so
 * that after a crash the command can be run again. Key aliases stay, and so does a tombstone.
 * @param issue without an id if only its key was ever named
 * @param onErased called after each event, for progress
 */
export const eraseIssue = async (
  table: Table,
  rawBodies: RawBodies,
  issue: IssueNames & { tenant: string; event_ids: string[] },
  onErased: () => void,
  newSignal: () => AbortSignal,
): Promise<void> => {
  for (const eventId of issue.event_ids) {
    await eraseExecutions(() => ({ table, signal: newSignal() }), eventId);
    await eraseEvent({ table, signal: newSignal() }, rawBodies, eventId);
    onErased();
  }
  await eraseExecutionsOfIssue({ table, tenant: issue.tenant, newSignal }, issue);
  const { tenant, issue_id } = issue;
  if (issue_id !== null) await eraseSnapshot({ table, tenant, signal: newSignal() }, issue_id);
};

const eraseEvent = async (
  { table, signal }: TableCall,
  rawBodies: RawBodies,
  eventId: string,
): Promise<void> => {
  await rawBodies.remove(eventId, signal);
  for (const Key of [processingKey(eventId), eventKey(eventId)]) {
    const command = new DeleteCommand({ TableName: table.name, Key });
    await callTable(signal, () => table.documentClient.send(command));
  }
};

/** A tombstone stays: it says nothing of a person, and without it a late delivery would bring the issue back. */
const eraseSnapshot = async ({ table, tenant, signal }: Place, issueId: string): Promise<void> => {
  const Key = snapshotKey(tenant, issueId);
  const row = await getItem({ table, signal }, Key);
  const fields =
    'body, updated_ms, timestamp_ms, event_id, schema_version, issue_key, project_pk, project_sk';
  const marked = new UpdateCommand({ TableName: table.name, Key, UpdateExpression: `REMOVE ${fields}` });
  const unmarked = new DeleteCommand({ TableName: table.name, Key });
  await callTable(signal, () => table.documentClient.send(row?.deleted === true ? marked : unmarked));
};

const PAGE = 100;

/** Ids of all events of an issue. */
export const eventsOfIssue = async (place: Place, names: IssueNames): Promise<string[]> => {
  const ids: string[] = [];
  let after: After = { by_id: null, by_key: null };
  for (;;) {
    const { entries, more } = await listIssueEvents(place, names, { limit: PAGE, after });
    ids.push(...entries.map(({ id }) => id));
    if (!more) return ids;
    after = behindEntries(entries, after);
  }
};
