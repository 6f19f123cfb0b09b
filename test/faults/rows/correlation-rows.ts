import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { sha256Hex } from '../../../src/domain/event-id.ts';
import { DEFAULT_TENANT } from '../../../src/domain/tenant.ts';
import { scanTable } from '../../support/correlation.ts';
import { deliveryOf } from '../../support/history-steps.ts';
import type { Random } from '../../support/random.ts';
import { POISON } from '../check/count-events.ts';
import type { Outgoing } from '../sender/drawn-deliveries.ts';
import { settle } from '../world/settle.ts';
import type { World } from '../world/world.ts';
import type { Row } from './row.ts';
import { row } from './scene.ts';
import { BROKEN } from './table-rows.ts';

const POISONS = 2;

/** How the keys of commits' rows begin. */
const COMMIT_ROWS = `"C#${DEFAULT_TENANT}#`;

/** What is parked is there soon after three tries and their backoff. */
const LOOK_MS = 500;
const MOST_LOOKS = 20;

const parked = async ({ reader }: World): Promise<number> =>
  (await scanTable(reader)).filter(({ sk, status }) => sk === 'P' && status === 'failed').length;

/** Waits until something is parked, and counts it; a history without commits has nothing to park. */
const untilParked = async (world: World): Promise<number> => {
  for (let looked = 0; looked < MOST_LOOKS; looked += 1) {
    await sleep(LOOK_MS);
    const count = await parked(world);
    if (count > 0) return count;
  }
  return 0;
};

/** An event as ingest writes it, but with a body that is none. */
const poison = async ({ reader, tableName, clock }: World, number: number): Promise<void> => {
  const expires_at = Math.floor(clock() / 1000) + 86_400;
  const pk = `${POISON}${String(number).padStart(20, '0')}`;
  const Item = { pk, sk: 'E', body: 'no body of ours', expires_at };
  await reader.events.table.documentClient.send(new PutCommand({ TableName: tableName, Item }));
};

/** Forgets how far the stream was read, so that the next instance reads all of it again. */
const forgetCheckpoints = async ({ reader, tableName }: World): Promise<number> => {
  const rows = (await scanTable(reader)).filter((one) => String(one.pk).startsWith('STREAM#'));
  for (const { pk, sk } of rows)
    await reader.events.table.documentClient.send(
      new DeleteCommand({ TableName: tableName, Key: { pk, sk } }),
    );
  return rows.length;
};

/** What happens between the table and the artifacts. */
export const CORRELATION_ROWS: Row[] = [
  row({
    name: 'poison record',
    leavesTable: true,
    story: `The stream brings ${POISONS} events that nobody can read, among the others.`,
    parked: POISONS,
    play: async ({ world, send, hit }) => {
      await world.start();
      const sending = send();
      for (let number = 0; number < POISONS; number += 1) await poison(world, number);
      hit(POISONS);
      await sending;
    },
  }),
  row({
    name: 'stream read again from its start',
    leavesTable: true,
    story: 'When all is handled, the instance forgets how far it read and reads the whole stream again.',
    play: async ({ world, send, hit }) => {
      await world.start();
      await send();
      await settle(world, {});
      await world.stop();
      hit(await forgetCheckpoints(world));
      await world.start();
      await world.correlated();
    },
  }),
  row({
    name: 'stream lost',
    leavesTable: true,
    story: 'Nothing reads the stream until it has forgotten everything: only the sweep can help.',
    stream: false,
    play: async ({ world, send, hit }) => {
      await world.start({}, { correlate: false });
      await send();
      hit();
    },
  }),
  row({
    name: 'table fails for commits',
    story: 'Calls about a commit’s own row fail for longer than correlation tries: what names one is parked.',
    play: async ({ world, send, over, hit }) => {
      await world.start();
      world.proxy.fail(BROKEN, { when: (body) => body.includes(COMMIT_ROWS) });
      await send();
      hit(await untilParked(world));
      over();
    },
  }),
  row({
    name: 'artifacts cannot be written',
    leavesTable: true,
    story: 'The place for artifacts takes no file for up to 2 s, run documents and large bodies alike.',
    play: async ({ world, drawn, send, over, random, hit }) => {
      const inTheWay = join(world.folder, 'artifacts');
      await writeFile(inTheWay, '');
      await world.start();
      hit();
      const sending = send([...drawn.outgoing, largeDelivery(random)]);
      await sleep(2_000 * (0.2 + 0.8 * random()));
      await rm(inTheWay);
      over();
      await sending;
    },
  }),
];

/** Hex text of which compression leaves half: some 700 KB, which no item of the table holds. */
const LINES = 22_000;

/** A delivery of no issue whose body is stored beside the table. */
const largeDelivery = (random: Random): Outgoing => {
  const salt = random();
  const text = Array.from({ length: LINES }, (_, line) => sha256Hex(`${salt} ${line}`)).join('');
  const issue = { id: '0', key: 'LARGE-1', updatedMs: 0, assignee: null, text };
  const delivery = {
    event: 'project_created',
    form: 'nothing',
    timestamp: Date.UTC(2024, 4, 1),
    movedFrom: null,
    issue,
  } as const;
  const step = { kind: 'issue', delivery } as const;
  return { step, ...deliveryOf(step), identifier: 'large' };
};
