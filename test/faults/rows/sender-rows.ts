import { setTimeout as sleep } from 'node:timers/promises';
import { hangUpFirst, postSlowly } from '../sender/bad-connections.ts';
import type { Row } from './row.ts';
import { row } from './scene.ts';

const STORM = 4;

/** What senders, and the network before us, do. */
export const SENDER_ROWS: Row[] = [
  row({
    name: 'no fault',
    leavesTable: true,
    story: 'Nothing goes wrong: what the other rows are compared with.',
    play: async ({ world, send }) => {
      await world.start();
      await send();
    },
  }),
  row({
    name: 'duplicate storm',
    leavesTable: true,
    story: `Every delivery comes ${STORM} times at once, and once more later.`,
    play: async ({ world, drawn, send, hit }) => {
      await world.start();
      hit(STORM * drawn.outgoing.length);
      await send(
        drawn.outgoing.flatMap((one) => Array.from({ length: STORM }, () => one)),
        { connections: 64 },
      );
      await send();
    },
  }),
  row({
    name: 'full reorder',
    leavesTable: true,
    story: 'The newest delivery comes first and the oldest last, one after another.',
    play: async ({ world, drawn, send, hit }) => {
      await world.start();
      hit();
      const time = ({ step }: (typeof drawn.outgoing)[number]) =>
        step.kind === 'issue' ? step.delivery.issue.updatedMs : 0;
      await send(
        drawn.outgoing.toSorted((a, b) => time(b) - time(a)),
        { connections: 1 },
      );
    },
  }),
  row({
    name: 'retry storm',
    story:
      'The table is away for a second; then everything is sent again in the same moment, by three senders.',
    play: async ({ world, drawn, send, over }) => {
      await world.start();
      world.proxy.fail({ kind: 'error', status: 500, type: 'InternalServerError' });
      const all = drawn.outgoing.flatMap((one) => [one, one, one]);
      const sending = send(all, { connections: 200, waitMinutes: [10, 10] });
      await sleep(1_000);
      over();
      await sending;
    },
  }),
  row({
    name: 'sender hangs up',
    leavesTable: true,
    story:
      'Every delivery is begun, and its connection cut in the middle of the body, before it is sent whole.',
    play: async ({ world, drawn, send, hit }) => {
      await world.start();
      hit(drawn.outgoing.length);
      await send(undefined, { post: hangUpFirst });
    },
  }),
  row({
    name: 'slow sender',
    leavesTable: true,
    story: 'Bodies come in 10 pieces with pauses between them.',
    play: async ({ world, drawn, send, hit }) => {
      await world.start();
      hit(drawn.outgoing.length);
      await send(undefined, { post: postSlowly });
    },
  }),
];
