import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../../support/fault-proxy.ts';
import type { Row } from './row.ts';
import { row, type Scene } from './scene.ts';

/** Spoils the table while deliveries come, for a time that the seed chooses. */
const spoil =
  (fault: (random: () => number) => Fault, mostMs: number) =>
  async ({ world, send, over, random }: Scene): Promise<void> => {
    await world.start();
    world.proxy.fail(fault(random), { skip: Math.floor(random() * 20) });
    const sending = send();
    await sleep(mostMs * (0.2 + 0.8 * random()));
    over();
    await sending;
  };

const THROTTLED: Fault = { kind: 'error', status: 400, type: 'ProvisionedThroughputExceededException' };
export const BROKEN: Fault = { kind: 'error', status: 500, type: 'InternalServerError' };

/** What a table can do to those who use it. */
export const TABLE_ROWS: Row[] = [
  row({
    name: 'table throttles',
    story: 'The table refuses every call with a throttling error for up to 1.5 s.',
    play: spoil(() => THROTTLED, 1_500),
  }),
  row({
    name: 'table answers 500',
    story: 'The table answers every call with an internal error for up to 1.5 s.',
    play: spoil(() => BROKEN, 1_500),
  }),
  row({
    name: 'table does not answer',
    story: 'Calls reach the table’s address and are never answered, for up to 2 s.',
    play: spoil(() => ({ kind: 'hang' }), 2_000),
  }),
  row({
    name: 'connections cut',
    story: 'Every connection to the table is cut before the call goes through, for up to 1.5 s.',
    play: spoil(() => ({ kind: 'reset' }), 1_500),
  }),
  row({
    name: 'answers lost',
    story: 'Calls go through, and their answers are lost: before their first byte, or in the middle.',
    play: spoil((random) => ({ kind: 'lost', cut: random() < 0.5 ? 'before' : 'within' }), 1_500),
  }),
  row({
    name: 'slow answers',
    story: 'Every answer of the table is 50 to 900 ms late, for up to 2 s.',
    play: spoil((random) => ({ kind: 'slow', ms: 50 + Math.floor(850 * random()) }), 2_000),
  }),
  row({
    name: 'table unreachable',
    story: 'Nothing listens at the table’s address for up to 2 s.',
    play: async ({ world, send, over, random, hit }) => {
      await world.start();
      const sending = send();
      await sleep(random() * 60);
      await world.proxy.refuse();
      hit();
      await sleep(2_000 * (0.2 + 0.8 * random()));
      await world.proxy.accept();
      over();
      await sending;
    },
  }),
];
