import { isDeepStrictEqual } from 'node:util';
import { DeleteCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { checkRun } from '../../faults/check/check-run.ts';
import { faultsIn, type Tally } from '../../faults/check/tally.ts';
import { type Drawn, drawDeliveries } from '../../faults/sender/drawn-deliveries.ts';
import { JIRA, type Result, sendAll } from '../../faults/sender/jira-model.ts';
import { secretOf } from '../../faults/sender/post-once.ts';
import { settle } from '../../faults/world/settle.ts';
import { openWorld, type World } from '../../faults/world/world.ts';
import { SECRET } from '../../support/app.ts';
import { scanTable } from '../../support/correlation.ts';
import { useEngine } from '../../support/use-engine.ts';

/** Two histories with applied, stale and recorded events, links and gaps. */
const EXAMPLE = 3;

const engine = useEngine();
let world: World;
let drawn: Drawn;
let results: Result[];
let played: Map<string, Row>;

/** One run without any fault, which ends correlated. */
beforeAll(async () => {
  world = await openWorld(() => engine.endpoint);
  await world.start();
  drawn = drawDeliveries(EXAMPLE);
  results = await sendAll(drawn.outgoing, { url: world.url, secret: secretOf(SECRET) }, JIRA, () => 0);
  expect(await settle(world, {})).toBe(true);
  await world.stop();
  played = await rowsByKey();
});

afterAll(() => world[Symbol.asyncDispose]());

/** What a test spoils is as it was played for the next one; nothing reads the stream any more. */
afterEach(async () => {
  const now = await rowsByKey();
  for (const [key, { pk, sk }] of now) if (!played.has(key)) await remove({ pk, sk });
  for (const [key, row] of played) if (!isDeepStrictEqual(now.get(key), row)) await put(row);
});

const count = (): Promise<Tally> =>
  checkRun(world, drawn, results, { hits: 0, uncorrelated: 0, recovery_ms: 0 });

type Row = Record<string, unknown> & { pk: string; sk: string };

const allRows = async (): Promise<Row[]> =>
  (await scanTable(world.reader)).map((row) => ({ ...row, pk: String(row.pk), sk: String(row.sk) }));

const rowsByKey = async (): Promise<Map<string, Row>> =>
  new Map((await allRows()).map((row) => [`${row.pk} ${row.sk}`, row]));

const rowsOf = async (sort: string): Promise<Row[]> => (await allRows()).filter(({ sk }) => sk === sort);

const table = () => world.reader.events.table.documentClient;

const first = <T>(values: T[]): T => values[0] ?? expect.unreachable('there is none');

const set = (row: { pk: string; sk: string }, name: string, value: unknown): Promise<unknown> =>
  table().send(
    new UpdateCommand({
      TableName: world.tableName,
      Key: { pk: row.pk, sk: row.sk },
      UpdateExpression: 'SET #name = :value',
      ExpressionAttributeNames: { '#name': name },
      ExpressionAttributeValues: { ':value': value },
    }),
  );

const remove = ({ pk, sk }: { pk: string; sk: string }): Promise<unknown> =>
  table().send(new DeleteCommand({ TableName: world.tableName, Key: { pk, sk } }));

const put = (row: Row): Promise<unknown> =>
  table().send(new PutCommand({ TableName: world.tableName, Item: row }));

describe('the counts of the fault matrix', () => {
  it('are all nothing where nothing went wrong, because else every row would be red', async () => {
    const tally = await count();
    expect(faultsIn(tally)).toBe(0);
    expect(tally.acknowledged).toBe(tally.sent);
    expect(tally.sent).toBeGreaterThan(10);
  });

  it('show an acknowledged delivery without its event as lost, because that is what nobody may lose', async () => {
    await remove(first(await rowsOf('E')));
    expect((await count()).lost).toBe(1);
  });

  it('show a snapshot that is gone as lost, because an acknowledged delivery brought it', async () => {
    const snapshots = await rowsOf('S');
    await remove(first(snapshots));
    expect((await count()).lost).toBe(1);
  });

  it('show an event of bytes that nobody sent as doubled, because it can only be a second one', async () => {
    const row = first(await rowsOf('E'));
    await put({ ...row, pk: `E#evt_${'f'.repeat(40)}` });
    expect((await count()).doubled).toBeGreaterThanOrEqual(1);
  });

  it('show an outcome that cannot be as wrong, because release managers read it', async () => {
    const recorded = (await rowsOf('E')).find(({ outcome }) => outcome === 'recorded');
    await set(recorded ?? expect.unreachable('none is recorded'), 'outcome', 'stale');
    expect((await count()).wrong_outcomes).toBeGreaterThanOrEqual(1);
  });

  it('show a deletion that was never delivered as a wrong snapshot, because the issue is still there', async () => {
    const living = (await rowsOf('S')).find(({ deleted }) => deleted !== true);
    await set(living ?? expect.unreachable('all are deleted'), 'deleted', true);
    expect((await count()).wrong_snapshots).toBe(1);
  });

  it('show links that are gone as wrong correlations, because the oracle has them', async () => {
    for (const row of await rowsOf('L')) await remove(row);
    expect((await count()).wrong_correlations).toBeGreaterThanOrEqual(1);
  });
});
