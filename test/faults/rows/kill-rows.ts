import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../../support/fault-proxy.ts';
import { ownEngine } from '../world/engine-pool.ts';
import type { Row } from './row.ts';
import { row, type Scene } from './scene.ts';

const WRITES = ['PutItem', 'UpdateItem', 'BatchWriteItem'];

/** Rows that correlation writes: links and processing, by their sort keys. */
export const ofCorrelation = (body: string): boolean => /"sk":\{"S":"(L|P)"\}/.test(body);

export const ofEvent = (body: string): boolean => /"sk":\{"S":"E"\}/.test(body);

/** Kills the instance at one call to the table that the seed chooses, while `sending` is under way. */
const killWithin = async (
  { world, over, random }: Scene,
  fault: Fault,
  { when, most }: { when: (body: string) => boolean; most: number },
  send: () => Promise<void>,
): Promise<{ sending: Promise<void> }> => {
  const server = await world.startProcess();
  const skip = Math.floor(random() * most);
  world.proxy.fail(fault, { operations: WRITES, when, skip, times: 1 });
  const struck = world.proxy.nextStrike();
  const sending = send();
  await Promise.race([struck, sending.then(() => sleep(4_000))]);
  await server.kill();
  over();
  return { sending };
};

/** The same, and starts it again. `sendAs`: how all that was drawn is sent, where that is not the usual way. */
export const killAt =
  (
    fault: Fault,
    when: (body: string) => boolean,
    most: number,
    sendAs: (scene: Scene) => Promise<Scene['send']> = async ({ send }) => send,
  ) =>
  async (scene: Scene): Promise<void> => {
    const { world } = scene;
    const send = await sendAs(scene);
    const { sending } = await killWithin(scene, fault, { when, most }, () => send());
    // Nobody ends this one, so it need not pay for a process of its own.
    await world.start();
    await sending;
  };

/** The instance and its database end in the middle of work, and come back. */
export const KILL_ROWS: Row[] = [
  row({
    name: 'killed before a write',
    story: 'kill -9 while a write of a delivery is on its way; the write never arrives.',
    play: killAt({ kind: 'hang' }, (body) => !ofCorrelation(body), 40),
  }),
  row({
    name: 'killed between the writes',
    story: 'kill -9 when a write of a delivery is stored, before the instance knows.',
    play: killAt({ kind: 'mute' }, (body) => !ofCorrelation(body) && !ofEvent(body), 20),
  }),
  row({
    name: 'killed between the writes, without retries',
    story:
      'kill -9 when a snapshot is stored, before its event is, and the sender does not retry: until another delivery of the issue comes, correlation does not know of it. Such snapshots are counted; then everything is sent again.',
    play: async (scene) => {
      const { world, send, countUncorrelated } = scene;
      const once = () => send(undefined, { resends: 0 });
      const when = (body: string): boolean => /"sk":\{"S":"S"\}/.test(body);
      const { sending } = await killWithin(scene, { kind: 'mute' }, { when, most: 20 }, once);
      await sending;
      await countUncorrelated();
      await world.start();
      await send();
    },
  }),
  row({
    name: 'killed after the last write',
    story: 'kill -9 when the event is stored, before the sender is told.',
    play: killAt({ kind: 'mute' }, ofEvent, 20),
  }),
  row({
    name: 'killed within a batch of correlation, before a write',
    story: 'kill -9 while correlation is about to write a link or a status.',
    play: killAt({ kind: 'hang' }, ofCorrelation, 12),
  }),
  row({
    name: 'killed within a batch of correlation, after a write',
    story: 'kill -9 when a link or a status is stored, before correlation knows.',
    play: killAt({ kind: 'mute' }, ofCorrelation, 12),
  }),
  row({
    name: 'database killed',
    story: 'kill -9 of the database’s process under load; it starts again on its file.',
    takeEngine: ownEngine,
    play: async ({ world, send, over, random, hit, restartEngine }) => {
      await world.start();
      const sending = send();
      await sleep(random() * 150);
      await restartEngine();
      hit();
      over();
      await sending;
    },
  }),
];
