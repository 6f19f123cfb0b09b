import { describe, expect, it } from 'vitest';
import { readEnv } from '../../../../src/contract/env.ts';
import { embeddedConfig } from '../../../../src/local/aws-config.ts';
import { putIf } from '../../../../src/store/calls/conditional-write.ts';
import { putRows } from '../../../../src/store/calls/rows.ts';
import type { TableCall } from '../../../../src/store/calls/table.ts';
import { watchTable } from '../../../../src/store/calls/watch-table.ts';
import { openTable } from '../../../../src/wiring/open.ts';
import { type Script, startScripted } from '../../../support/scripted-database.ts';

const THROTTLED = 'com.amazonaws.dynamodb.v20120810#ThrottlingException';
const REFUSED = 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException';

const row = { pk: 'one', sk: 'S' };
const signal = AbortSignal.timeout(60_000);

const put = (place: TableCall) => putIf(place, { item: row, condition: 'attribute_not_exists(pk)' });

/** How often the watcher hears that the table is busy, by a client that tries twice. */
const heard = async (script: Script, work: (place: TableCall) => Promise<unknown>): Promise<number> => {
  await using database = await startScripted(script);
  const config = { ...embeddedConfig(database.endpoint), maxAttempts: 2 };
  const table = openTable(readEnv({ TABLE_NAME: 'jira' }), config);
  let busy = 0;
  const watched = watchTable(table, () => {
    busy += 1;
  });
  await work({ table: watched, signal }).catch(() => {});
  table.client.destroy();
  return busy;
};

describe('a table that is watched', () => {
  it('tells of a write that was throttled and then taken, because the client hides it', async () => {
    expect(await heard((_, __, call) => (call === 1 ? THROTTLED : {}), put)).toBe(1);
  });

  it('tells of a write that was throttled until the client gave up', async () => {
    expect(await heard(() => THROTTLED, put)).toBe(1);
  });

  it('tells of a batch that was taken in part, because DynamoDB throttles batches so', async () => {
    const left = {
      UnprocessedItems: { jira: [{ PutRequest: { Item: { pk: { S: 'one' }, sk: { S: 'S' } } } }] },
    };
    const script: Script = (_, __, call) => (call === 1 ? left : {});
    expect(await heard(script, (place) => putRows(place, [row]))).toBe(1);
  });

  it('tells nothing of writes that are taken, or refused by their condition, because that is no hurry', async () => {
    expect(await heard(() => ({}), put)).toBe(0);
    expect(
      await heard(
        () => ({}),
        (place) => putRows(place, [row]),
      ),
    ).toBe(0);
    expect(await heard(() => REFUSED, put)).toBe(0);
  });
});
