import { setTimeout as sleep } from 'node:timers/promises';
import type { Hint } from '../../../src/contract/send-message.ts';
import type { Fault } from '../../support/fault-proxy.ts';
import { ownEngine } from '../world/engine-pool.ts';
import type { Reply } from '../world/receiver.ts';
import { type ExecutionScene, executionRow } from './execution-scene.ts';
import type { Row } from './row.ts';

/** More failures than open a breaker, and probes behind them. */
const MOST_SPOILT = 9;

/** The first requests of the target end so. */
const spoil =
  (reply: Reply, most = MOST_SPOILT) =>
  async ({ receiver, random, publish }: ExecutionScene): Promise<void> => {
    let left = 1 + Math.floor(random() * most);
    receiver.answer(() => (left-- > 0 ? reply : 'ok'));
    await publish();
  };

const WRITES = ['PutItem', 'UpdateItem', 'DeleteItem', 'TransactWriteItems'];

/** Writes of a lane, its first one to the one that gives it back. */
const MOST_WRITES = 36;

/** Kills who sends at a write that the seed chooses, and starts another one. */
const killAtWrite =
  (fault: Fault) =>
  async ({ process, startProcess, publish, random }: ExecutionScene): Promise<void> => {
    const { proxy, kill, sender } = process();
    proxy.fail(fault, { operations: WRITES, skip: Math.floor(random() * MOST_WRITES), times: 1 });
    const struck = proxy.nextStrike();
    const publishing = publish();
    await Promise.race([struck, publishing.then(() => sender.settled())]);
    await kill();
    await startProcess();
    await publishing;
  };

const hinted =
  (become: (scene: ExecutionScene) => Hint) =>
  async (scene: ExecutionScene): Promise<void> => {
    scene.hit();
    await scene.publish(become(scene));
  };

/** Targets fail, who sends is killed, hints and lanes are lost: every execution ends once, and its target has it. */
export const EXECUTION_ROWS: Row[] = [
  executionRow({
    name: 'target down',
    story: 'Nobody listens where a target was, until some minutes later.',
    play: async ({ receiver, random, publish, minuteLater, hit }) => {
      await receiver.down();
      await publish();
      for (let minutes = Math.floor(random() * 20); minutes > 0; minutes -= 1) await minuteLater();
      await receiver.up();
      hit();
    },
  }),
  executionRow({
    name: 'target slow',
    story: 'A target answers only just in time.',
    play: spoil({ late_ms: 700 }, 4),
  }),
  executionRow({
    name: 'target hanging',
    story: 'A target takes requests and answers none of them.',
    play: spoil('hang'),
  }),
  executionRow({
    name: 'target resetting',
    story: 'A target resets connections.',
    play: spoil('reset'),
  }),
  executionRow({
    name: 'target resetting when it has taken it in',
    story:
      'A target takes events in, and the connection is reset before it says so: it gets them again under one id.',
    play: spoil('taken'),
  }),
  executionRow({
    name: 'target answering rubbish',
    story: 'A target answers with what is no HTTP.',
    play: spoil('rubbish'),
  }),
  executionRow({
    name: 'target answering 503',
    story: 'A target answers that it cannot.',
    play: spoil({ status: 503 }),
  }),
  executionRow({
    name: 'target answering 429',
    story: 'A target asks to be left alone for a while.',
    play: spoil({ status: 429, headers: { 'retry-after': '90' } }),
  }),
  executionRow({
    name: 'target answering 410',
    story: 'A target says that it is gone, which disables it; a person resumes it, and what waited is sent.',
    play: async (scene) => {
      await spoil({ status: 410 }, 2)(scene);
      await scene.process().sender.settled();
      await scene.minuteLater();
      await scene.resumeAll();
    },
  }),
  executionRow({
    name: 'sending killed before a write',
    story:
      'kill -9 of who sends while a write of a lane, a claim or an attempt is on its way; it never arrives.',
    play: killAtWrite({ kind: 'hang' }),
  }),
  executionRow({
    name: 'sending killed after a write',
    story: 'kill -9 of who sends when a write of a lane, a claim or an attempt is stored, before it knows.',
    play: killAtWrite({ kind: 'mute' }),
  }),
  executionRow({
    name: 'hint lost',
    story: 'No hint arrives: what is due is found by the schedule.',
    play: hinted(() => async () => {}),
  }),
  executionRow({
    name: 'hint doubled',
    story: 'Each hint comes three times, to two processes.',
    play: async (scene) => {
      const first = scene.process();
      const second = await scene.startProcess();
      const all = [first, second, first];
      await hinted(() => async (message) => {
        await Promise.all(all.map(({ sender }) => sender.send(message).catch(() => {})));
      })(scene);
    },
  }),
  executionRow({
    name: 'hint late',
    story: 'Each hint comes when everything was sent, and once more.',
    play: async (scene) => {
      const late: Parameters<Hint>[0][] = [];
      await hinted(() => async (message) => void late.push(message))(scene);
      for (let minutes = 0; minutes < 3; minutes += 1) await scene.minuteLater();
      const { sender } = scene.process();
      await Promise.all([...late, ...late].map((message) => sender.send(message)));
    },
  }),
  executionRow({
    name: 'lane lost',
    story: 'A process is silent while its requests are under way, until another one has taken its lanes.',
    play: async (scene) => {
      const { receiver, publish, startProcess, minuteLater, hit, process } = scene;
      const first = process();
      receiver.answer(() => ({ late_ms: 300 }));
      const publishing = publish();
      await sleep(150);
      await startProcess();
      await minuteLater();
      await minuteLater();
      hit();
      receiver.answer(() => 'ok');
      await publishing;
      await first.sender.settled();
    },
  }),
  executionRow({
    name: 'database killed while it is sent',
    story: 'kill -9 of the database’s process while executions are sent; it starts again on its file.',
    takeEngine: ownEngine,
    play: async ({ receiver, publish, random, restartEngine, hit }) => {
      receiver.answer(() => ({ late_ms: Math.floor(random() * 50) }));
      const publishing = publish();
      await sleep(100 + random() * 300);
      await restartEngine();
      hit();
      await publishing.catch(() => {});
    },
  }),
];
