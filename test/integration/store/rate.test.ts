import { beforeEach, describe, expect, it } from 'vitest';
import { newConnectionId } from '../../../src/domain/connection.ts';
import { UnavailableError } from '../../../src/errors/errors.ts';
import { embeddedConfig } from '../../../src/local/aws-config.ts';
import { createDocumentClient, createDynamoDb } from '../../../src/platform/dynamodb.ts';
import { rateKey } from '../../../src/store/calls/keys.ts';
import { getItem, type Table } from '../../../src/store/calls/table.ts';
import { putTaken } from '../../../src/store/connections/rate.ts';
import { createTable } from '../../support/app.ts';
import { startFaultProxy } from '../../support/fault-proxy.ts';
import { useEngine } from '../../support/use-engine.ts';

const engine = useEngine();
const signal = AbortSignal.timeout(300_000);
const MINUTE = Math.floor(Date.UTC(2026, 10, 22, 19) / 60_000);
let name: string;

beforeEach(async () => {
  name = await createTable(engine.endpoint);
});

const tableAt = (endpoint: string): Table => ({
  client: createDynamoDb(embeddedConfig(endpoint)),
  documentClient: createDocumentClient(embeddedConfig(endpoint)),
  name,
});

const put = (
  connection_id: string,
  process: string,
  taken: number,
  { minute = MINUTE, endpoint = engine.endpoint } = {},
) => putTaken({ table: tableAt(endpoint), signal }, { connection_id, minute, process, taken });

describe('what was taken within a minute', () => {
  it('is the sum of what each process says that it took in all', async () => {
    const id = newConnectionId();
    expect(await put(id, 'one', 3)).toBe(3);
    expect(await put(id, 'two', 4)).toBe(7);
    expect(await put(id, 'one', 5)).toBe(9);
    expect(await put(newConnectionId(), 'one', 1)).toBe(1);
    expect(await put(id, 'one', 1, { minute: MINUTE + 1 })).toBe(1);
  });

  it('counts once what was said twice, because nobody below a rate may be refused for a lost answer', async () => {
    const id = newConnectionId();
    const proxy = await startFaultProxy(engine.endpoint);
    proxy.fail({ kind: 'lost', cut: 'before' }, { times: 2 });
    expect(await put(id, 'one', 5, { endpoint: proxy.endpoint })).toBe(5);
    expect(proxy.seen).toHaveLength(3);
    proxy.fail({ kind: 'lost', cut: 'within' });
    await expect(put(id, 'one', 6, { endpoint: proxy.endpoint })).rejects.toThrow(UnavailableError);
    expect(await put(id, 'one', 7)).toBe(7);
    await proxy.close();
  });

  it('is the same in any order, also when many processes say it at once', async () => {
    const id = newConnectionId();
    const sums = await Promise.all(Array.from({ length: 30 }, (_, process) => put(id, `p${process}`, 2)));
    expect(Math.max(...sums)).toBe(60);
    expect(new Set(sums).size).toBe(30);
  });

  it('goes by itself an hour after its minute', async () => {
    const id = newConnectionId();
    await put(id, 'one', 1);
    const row = await getItem({ table: tableAt(engine.endpoint), signal }, rateKey(id, MINUTE));
    expect(row?.expires_at).toBe(MINUTE * 60 + 3_600);
  });

  it('is counted for any name of a process, because an attribute may not be called like a word of DynamoDB', async () => {
    const id = newConnectionId();
    expect(await put(id, 'count', 1)).toBe(1);
    expect(await put(id, '01KB-x.y #:', 1)).toBe(2);
  });
});
