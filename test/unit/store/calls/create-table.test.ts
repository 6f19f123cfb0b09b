import { describe, expect, it } from 'vitest';
import { TABLE } from '../../../../src/contract/table.ts';
import { ensureTable } from '../../../../src/store/calls/create-table.ts';
import { onScripted, type Script } from '../../../support/scripted-database.ts';

const ACTIVE = { TableName: 'jira', TableStatus: 'ACTIVE' };

const key = (hash: string, range: string) => [
  { AttributeName: hash, KeyType: 'HASH' },
  { AttributeName: range, KeyType: 'RANGE' },
];

const OURS = {
  ...ACTIVE,
  KeySchema: key(TABLE.hash.name, TABLE.range.name),
  GlobalSecondaryIndexes: TABLE.indexes.map(({ name, hash, range }) => ({
    IndexName: name,
    KeySchema: key(hash.name, range.name),
  })),
};

/** Makes the table where the database answers so; answers the calls it saw. */
const ensureOn = (script: Script): Promise<string[]> =>
  onScripted(script, async ({ client, name }, { calls }) => {
    await ensureTable(client, name);
    return calls.map(({ operation }) => operation);
  });

const isNewOn = (script: Script): Promise<boolean> =>
  onScripted(script, ({ client, name }) => ensureTable(client, name));

/** There from the second look on: the first finds no table. */
const madeByUs =
  (answers: Record<string, object | string>): Script =>
  (operation, _body, call) => {
    if (operation in answers) return answers[operation] ?? {};
    if (operation === 'DescribeTable') return call === 1 ? 'ResourceNotFoundException' : { Table: OURS };
    return {};
  };

describe('making the table', () => {
  it('creates it and lets its rows expire, because nothing else does on a laptop', async () => {
    const calls = await ensureOn(madeByUs({}));
    expect(calls).toEqual(['DescribeTable', 'CreateTable', 'DescribeTable', 'UpdateTimeToLive']);
  });

  it('leaves one that is there as it is, because it may be in use', async () => {
    expect(await ensureOn(() => ({ Table: OURS }))).toEqual(['DescribeTable', 'DescribeTable']);
  });

  it('goes on when another process makes it at the same time, because both want the same', async () => {
    const calls = await ensureOn(madeByUs({ CreateTable: 'ResourceInUseException' }));
    expect(calls.at(-1)).toBe('UpdateTimeToLive');
  });

  it('says whether the table is new, because only then is nothing in it', async () => {
    expect(await isNewOn(madeByUs({}))).toBe(true);
    expect(await isNewOn(() => ({ Table: OURS }))).toBe(false);
    expect(await isNewOn(madeByUs({ CreateTable: 'ResourceInUseException' }))).toBe(false);
  });

  it('goes on where items cannot expire, because reads leave expired ones out anyway', async () => {
    const calls = await ensureOn(madeByUs({ UpdateTimeToLive: 'UnknownOperationException' }));
    expect(calls.at(-1)).toBe('UpdateTimeToLive');
  });

  it.each([
    ['DescribeTable', 'AccessDeniedException'],
    ['CreateTable', 'LimitExceededException'],
    ['UpdateTimeToLive', 'AccessDeniedException'],
  ])('says when %s fails, because a half-made table loses deliveries', async (operation, fault) => {
    const script = madeByUs({ [operation]: fault });
    await expect(ensureOn(script)).rejects.toMatchObject({ name: fault });
  });

  it.each([
    ['no keys and no indexes', ACTIVE],
    ['indexes without keys', { ...OURS, GlobalSecondaryIndexes: [{ IndexName: 'by_day' }] }],
    ['other keys', { ...OURS, KeySchema: key('id', 'at') }],
  ])('refuses a table with %s, because it is somebody else’s', async (_what, table) => {
    await expect(ensureOn(() => ({ Table: table }))).rejects.toThrow('choose another name');
  });

  it('creates it where a database describes nothing instead of refusing', async () => {
    const script: Script = (operation, _body, call) =>
      operation === 'DescribeTable' && call > 1 ? { Table: OURS } : {};
    expect(await ensureOn(script)).toContain('CreateTable');
  });
});
