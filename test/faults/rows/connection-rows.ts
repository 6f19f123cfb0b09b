import type { Credential } from '../../../src/domain/connection.ts';
import { rotated } from '../../../src/domain/rotation.ts';
import { ensureTable } from '../../../src/store/calls/create-table.ts';
import { SECRET } from '../../support/app.ts';
import { type Connected, change, connect, secretOf as derivedSecret } from '../../support/connected.ts';
import type { Outgoing } from '../sender/drawn-deliveries.ts';
import { secretOf } from '../sender/post-once.ts';
import { killAt, ofCorrelation, ofEvent } from './kill-rows.ts';
import type { Row } from './row.ts';
import { row, type Scene } from './scene.ts';

/** What was rotated works after this time at the latest. */
const FRESH_MS = 2_000;
const HOUR_MS = 3_600_000;

/** Where the issues are that are drawn. */
const SITE = 'https://jira.example.com';

/** A connection of the tenant of the built-in sources, so that its issues and their commits meet. */
const openConnection = async ({ world }: Scene): Promise<Connected> => {
  const { events } = world.reader;
  await ensureTable(events.table.client, world.tableName);
  return connect(events, { tenant_id: 'default', site_url: SITE });
};

/** All of Jira's go through the connection, commits to their own sources. */
const through = ({ connection }: Connected, outgoing: readonly Outgoing[]): Outgoing[] =>
  outgoing.map((one) => (one.source === 'jira' ? { ...one, connection } : one));

const signedBy =
  ({ connection }: Connected, version: () => number) =>
  (one: Outgoing): string =>
    one.connection ? derivedSecret(connection, version()) : secretOf(SECRET)(one);

const sendThrough = async (scene: Scene): Promise<Scene['send']> => {
  const connected = await openConnection(scene);
  return (outgoing = scene.drawn.outgoing, more = {}) =>
    scene.send(through(connected, outgoing), { secret: signedBy(connected, () => 1), ...more });
};

const rotate = async (scene: Scene): Promise<void> => {
  const { world, drawn, random, hit } = scene;
  const connected = await openConnection(scene);
  await world.start();
  const outgoing = through(connected, drawn.outgoing);
  const third = Math.ceil(outgoing.length / 3);
  const send = (some: Outgoing[], version: () => number) =>
    scene.send(some, { secret: signedBy(connected, version) });
  await send(outgoing.slice(0, third), () => 1);
  hit();
  const current: Credential = { from: 'derived', version: 2, master: 1, encoding: 'text' };
  await change(world.reader.events, connected, rotated(connected.connection, current, world.clock(), 1));
  await send(outgoing.slice(third, third + 1), () => 1);
  world.clock.move(FRESH_MS);
  await send(outgoing.slice(third + 1, 2 * third), () => (random() < 0.5 ? 1 : 2));
  world.clock.move(HOUR_MS);
  await send(outgoing.slice(2 * third), () => 2);
  await world.correlated();
};

/** What is special about a delivery through a connection: its row, its key, and when it was last used. */
export const CONNECTION_ROWS: Row[] = [
  row({
    name: 'killed before a write, through a connection',
    story: 'kill -9 while a write of a delivery through a connection is on its way; it never arrives.',
    play: killAt({ kind: 'hang' }, (body) => !ofCorrelation(body), 40, sendThrough),
  }),
  row({
    name: 'killed between the writes, through a connection',
    story: 'kill -9 when a write of a delivery through a connection is stored, before the instance knows.',
    play: killAt({ kind: 'mute' }, (body) => !ofCorrelation(body) && !ofEvent(body), 20, sendThrough),
  }),
  row({
    name: 'rotation of a connection mid-stream',
    leavesTable: true,
    story:
      'The secret of a connection is rotated while deliveries come, signed with the old one or the new one, until the old one ends.',
    play: rotate,
  }),
];
