import { describe, expect, it } from 'vitest';
import { RefusedItemError, UnavailableError } from '../../../../src/errors/errors.ts';
import { putRows, queryPage, readRows, repeatRest } from '../../../../src/store/calls/rows.ts';
import { onScripted, type Script } from '../../../support/scripted-database.ts';

const never = new AbortController().signal;

const key = (pk: string) => ({ pk, sk: 'S' });

const row = (pk: string) => ({ pk: { S: pk }, sk: { S: 'S' } });

describe('reading rows by their keys', () => {
  it('asks again for those the table left out, because a throttled one is there all the same', async () => {
    const leftOut = { UnprocessedKeys: { jira: { Keys: [row('b')] } } };
    const script: Script = (_operation, _body, call) =>
      call === 1 ? { Responses: { jira: [row('a')] }, ...leftOut } : { Responses: { jira: [row('b')] } };
    const rows = await onScripted(script, (table) =>
      readRows({ table, signal: never }, [key('b'), key('a')]),
    );
    expect(rows).toEqual([key('b'), key('a')]);
  });

  it('asks for nothing wrong where a left-over key holds no text, because only the rest is to be read', async () => {
    const script: Script = (_operation, _body, call) =>
      call === 1 ? { UnprocessedKeys: { jira: { Keys: [{ pk: { N: '1' } }] } } } : {};
    const asked = await onScripted(script, async (table, { calls }) => {
      expect(await readRows({ table, signal: never }, [key('a')])).toEqual([null]);
      return calls.map(({ body }) => body);
    });
    expect(asked[1]).toMatchObject({
      RequestItems: { jira: { Keys: [{ pk: { S: '' }, sk: { S: '' } }] } },
    });
  });

  it('takes an answer that names no table as none found, because the protocol allows it', async () => {
    expect(
      await onScripted(
        () => ({}),
        (table) => readRows({ table, signal: never }, [key('a')]),
      ),
    ).toEqual([null]);
  });

  it('asks once for a key that is wanted twice, because DynamoDB refuses the same key twice', async () => {
    const asked = await onScripted(
      () => ({ Responses: { jira: [row('a')] } }),
      async (table, { calls }) => {
        const rows = await readRows({ table, signal: never }, [key('a'), key('a')]);
        return { rows, calls: calls.map(({ body }) => body) };
      },
    );
    expect(asked.rows).toEqual([key('a'), key('a')]);
    expect(asked.calls).toMatchObject([{ RequestItems: { jira: { Keys: [row('a')] } } }]);
  });
});

describe('putting rows', () => {
  it('puts again what the table did not take, because nothing may be lost', async () => {
    const put = (pk: string) => ({ PutRequest: { Item: row(pk) } });
    const script: Script = (_operation, _body, call) =>
      call === 1 ? { UnprocessedItems: { jira: [put('b')] } } : {};
    const sent = await onScripted(script, async (table, { calls }) => {
      await putRows({ table, signal: never }, [key('a'), key('b')]);
      return calls.map(({ body }) => body);
    });
    expect(sent).toEqual([
      { RequestItems: { jira: [put('a'), put('b')] } },
      { RequestItems: { jira: [put('b')] } },
    ]);
  });
});

describe('a page of a query', () => {
  const query = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': 'a' } };

  it('is empty where the answer holds no items, because the protocol allows it', async () => {
    const page = await onScripted(
      () => ({}),
      (table) => queryPage({ table, signal: never }, query, ['pk'], 5, null),
    );
    expect(page).toEqual({ items: [], last: null });
  });

  it('names the last row of a full one, because the next begins after it', async () => {
    const page = await onScripted(
      () => ({ Items: [row('a'), row('b')] }),
      (table) => queryPage({ table, signal: never }, query, ['pk', 'sk'], 1, null),
    );
    expect(page).toEqual({ items: [key('a')], last: key('a') });
  });
});

describe('a page of large rows', () => {
  it('goes on where DynamoDB stopped after 1 MB, because the limit is in rows', async () => {
    const script: Script = (_operation, _body, call) =>
      call === 3 ? { Items: [row('c')] } : { Items: [row('ab'[call - 1] ?? '')], LastEvaluatedKey: row('x') };
    const read = (limit: number) =>
      onScripted(script, async (table, { calls }) => {
        const values = { ExpressionAttributeValues: { ':pk': 'x' } };
        const page = await queryPage({ table, signal: never }, values, ['pk', 'sk'], limit, null);
        return { page, asked: calls.map(({ body }) => body) };
      });
    const all = await read(5);
    expect(all.page).toEqual({ items: [key('a'), key('b'), key('c')], last: null });
    expect(all.asked).toMatchObject([
      { Limit: 6 },
      { Limit: 5, ExclusiveStartKey: row('x') },
      { Limit: 4, ExclusiveStartKey: row('x') },
    ]);
    expect((await read(1)).page).toEqual({ items: [key('a')], last: key('a') });
  });
});

describe('repeating what a batch call left over', () => {
  it('sends only what was left, because what was taken needs no second call', async () => {
    const sent: string[][] = [];
    const takeFirst = async (rest: string[]) => {
      sent.push(rest);
      return rest.slice(1);
    };
    await repeatRest(['a', 'b', 'c'], takeFirst, never);
    expect(sent).toEqual([['a', 'b', 'c'], ['b', 'c'], ['c']]);
  });

  it('waits before each repetition, because a throttled partition only gets worse without it', async () => {
    let calls = 0;
    const takeNothing = async (rest: string[]) => {
      calls += 1;
      return rest;
    };
    const stopped = repeatRest(['a'], takeNothing, AbortSignal.timeout(200));
    await expect(stopped).rejects.toBeInstanceOf(UnavailableError);
    expect(calls).toBeLessThanOrEqual(4);
  });

  it.each([
    ['a malformed item', new RefusedItemError(new Error('no'))],
    ['a table that is away', new UnavailableError('table', new Error('no'))],
  ])('passes %s on at once, because another try would end the same', async (_what, fault) => {
    let calls = 0;
    const fail = async (): Promise<string[]> => {
      calls += 1;
      throw fault;
    };
    await expect(repeatRest(['a'], fail, never)).rejects.toBe(fault);
    expect(calls).toBe(1);
  });
});
