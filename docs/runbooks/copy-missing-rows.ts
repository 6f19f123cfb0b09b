/**
 * Copies rows that one table has and another one lacks. A row that is there already is left as it is.
 *   npx node docs/runbooks/copy-missing-rows.ts FROM TO           copies
 *   npx node docs/runbooks/copy-missing-rows.ts FROM TO --dry-run counts, and writes nothing
 * Account, region and endpoint are those that the AWS SDK finds in the environment.
 */
import {
  type AttributeValue,
  BatchGetItemCommand,
  DynamoDBClient,
  PutItemCommand,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import { adminEventId } from '../../src/domain/event-id.ts';
import { eventKey } from '../../src/store/calls/keys.ts';

type Row = Record<string, AttributeValue>;

/** BatchGetItem takes no more keys. */
const BATCH = 100;

const [from = '', to = '', flag] = process.argv.slice(2);
const dryRun = flag === '--dry-run';
if (from === '' || to === '' || from === to || (flag !== undefined && !dryRun)) {
  console.error('Usage: npx node docs/runbooks/copy-missing-rows.ts FROM TO [--dry-run]');
  process.exit(2);
}

// Patient, because a table just made takes a while to grow with the load.
const client = new DynamoDBClient({ maxAttempts: 10 });
const nowSeconds = Date.now() / 1000;

/** Expired rows are gone for readers; marks say how far somebody came in the other table. */
const isWanted = ({ pk, expires_at }: Row): boolean =>
  !/^(SWEEP|STREAM)#/.test(pk?.S ?? '') && !(Number(expires_at?.N ?? Number.POSITIVE_INFINITY) <= nowSeconds);

const isEvent = ({ sk }: Row): boolean => sk?.S === 'E';

const keyOf = ({ pk, sk }: Row): Row => ({ ...(pk && { pk }), ...(sk && { sk }) });

const label = (row: Row): string => `${row.pk?.S}\n${row.sk?.S}`;

/** The audit event of the first change after this row of a connection; none for any other row. */
const nextChange = ({ pk, rev, decided }: Row): Row[] => {
  if (!pk?.S?.startsWith('CON#')) return [];
  const { tenant_id, connection_id } = JSON.parse(decided?.S ?? '{}');
  return [toKey(eventKey(adminEventId(tenant_id, connection_id, Number(rev?.N) + 1)))];
};

const toKey = ({ pk, sk }: { pk: string; sk: string }): Row => ({ pk: { S: pk }, sk: { S: sk } });

/** True for a connection that was changed since, and is gone: it was removed, and its secret must not come back. */
const wasRemoved = (row: Row, there: Set<string>): boolean =>
  nextChange(row).some((event) => there.has(label(event)));

const findThere = async (rows: Row[]): Promise<Set<string>> => {
  const there = new Set<string>();
  let keys = rows.map(keyOf);
  while (keys.length > 0) {
    const RequestItems = { [to]: { Keys: keys, ProjectionExpression: 'pk, sk', ConsistentRead: true } };
    const { Responses, UnprocessedKeys } = await client.send(new BatchGetItemCommand({ RequestItems }));
    for (const row of Responses?.[to] ?? []) there.add(label(row));
    keys = UnprocessedKeys?.[to]?.Keys ?? [];
  }
  return there;
};

/** The condition, too, because the table is in use: a newer row may have come since. */
const copy = async (Item: Row): Promise<boolean> => {
  try {
    const put = { TableName: to, Item, ConditionExpression: 'attribute_not_exists(pk)' };
    await client.send(new PutItemCommand(put));
    return true;
  } catch (fault) {
    if (fault instanceof Error && fault.name === 'ConditionalCheckFailedException') return false;
    throw fault;
  }
};

const counts = { looked_at: 0, missing: 0, copied: 0 };

const copyBatch = async (rows: Row[]): Promise<void> => {
  const there = await findThere(rows);
  const gone = rows.filter((row) => !there.has(label(row)));
  const changes = await findThere(gone.flatMap(nextChange));
  const missing = gone.filter((row) => !wasRemoved(row, changes));
  counts.looked_at += rows.length;
  counts.missing += missing.length;
  if (dryRun) return;
  const copied = await Promise.all(missing.map(copy));
  counts.copied += copied.filter((done) => done).length;
};

const copyAll = async (wanted: (row: Row) => boolean): Promise<void> => {
  for await (const { Items = [] } of paginateScan({ client }, { TableName: from, ConsistentRead: true })) {
    const rows = Items.filter((row) => isWanted(row) && wanted(row));
    for (let index = 0; index < rows.length; index += BATCH)
      await copyBatch(rows.slice(index, index + BATCH));
    process.stderr.write(`\r${JSON.stringify(counts)}`);
  }
};

// Events last: an event in the table means that its issue is in.
await copyAll((row) => !isEvent(row));
await copyAll(isEvent);
process.stderr.write('\n');
console.log(JSON.stringify({ ...counts, dry_run: dryRun }));
