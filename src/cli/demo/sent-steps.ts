import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import { rowWithSecret as connectionWithSecret } from '../connections/row.ts';
import { deliveryHeaders } from '../deliver/delivery.ts';
import { readReply } from '../deliver/report.ts';
import { createPost } from '../deliver/send.ts';
import { executionPages, type ShownExecution } from '../executions/row.ts';
import { rowWithSecret, shownRow } from '../subscriptions/row.ts';
import type { Stage } from './play.ts';
import type { DemoReceiver } from './receiver.ts';
import { issueOf } from './story.ts';

type Scene = { stage: Stage; receiver: DemoReceiver; subscription_id: string };

/** One step, and its expected result. */
type SentStep = { happens: string; play(scene: Scene): Promise<string>; ends_as: string };

const delivered = async ({ url, secret }: Stage, number: number, priority = 'Medium'): Promise<string> => {
  const key = `HELP-${number}`;
  const moment = { id: String(10030 + number), key, summary: 'Please help', status: 'To Do' } as const;
  const updated = '2026-03-05T16:00:00.100+0000';
  const fields = {
    ...{ summary: moment.summary, status: { name: moment.status }, updated },
    ...{ project: { id: '10300', key: 'HELP' }, priority: { name: priority } },
  };
  const body = Buffer.from(
    JSON.stringify({
      ...{ timestamp: Date.parse('2026-03-05T16:00:00.150Z'), webhookEvent: 'jira:issue_created' },
      issue: issueOf({ ...moment, updated }, fields),
    }),
  );
  const post = createPost(new URL('/webhooks/jira', url), 1);
  return readReply(await post(deliveryHeaders(body, secret, undefined, {}), body)).event_id;
};

const all = async (pages: AsyncIterable<ShownExecution[]>): Promise<ShownExecution[]> => {
  const found: ShownExecution[] = [];
  for await (const page of pages) found.push(...page);
  return found;
};

const takenOf = ({ receiver }: Scene, keys: string[]): string[] =>
  receiver.taken.map(({ about }) => about).filter((about) => keys.includes(about));

const verified = async (scene: Scene, keys: string[]): Promise<string> => {
  const taken = await until(
    () => takenOf(scene, keys),
    ({ length }) => length >= keys.length,
  );
  return `verified ${taken.join(', ')}`;
};

const statusOf = async ({ stage, subscription_id }: Scene): Promise<string> =>
  (await stage.api.get(`/subscriptions/${subscription_id}`, shownRow)).status;

const playPing = async ({ stage, subscription_id }: Scene): Promise<string> => {
  const answered = z.object({ status: z.nullable(z.number()) });
  const path = `/subscriptions/${subscription_id}/test`;
  return `ping answered ${(await stage.api.send('POST', path, answered, { body: {} })).status}`;
};

const playTicket = async (scene: Scene): Promise<string> => {
  await delivered(scene.stage, 1);
  return verified(scene, ['HELP-1']);
};

const playAgain = async (scene: Scene): Promise<string> => {
  const event_id = await delivered(scene.stage, 1);
  const executions = await all(executionPages(scene.stage.api, `/events/${event_id}/executions`, {}));
  return `${executions.length} execution, sent ${takenOf(scene, ['HELP-1']).length} time`;
};

const playDeath = async (scene: Scene): Promise<string> => {
  scene.receiver.answers = 503;
  for (const number of [2, 3, 4, 5, 6]) await delivered(scene.stage, number);
  return until(
    () => statusOf(scene),
    (status) => status === 'open',
  );
};

const playWaiting = async (scene: Scene): Promise<string> => {
  const ids = [await delivered(scene.stage, 7, 'Low'), await delivered(scene.stage, 8, 'Highest')];
  const waiting = await Promise.all(
    ids.map((id) =>
      until(
        () => all(executionPages(scene.stage.api, `/events/${id}/executions`, {})),
        ({ length }) => length > 0,
      ),
    ),
  );
  return waiting
    .flat()
    .map(({ issue_key, priority, waits_for }) => `${issue_key} ${priority} ${waits_for}`)
    .join(', ');
};

const playResume = async (scene: Scene): Promise<string> => {
  const { stage, receiver, subscription_id } = scene;
  receiver.answers = 204;
  const { rev } = await stage.api.get(`/subscriptions/${subscription_id}`, shownRow);
  await stage.api.send('POST', `/subscriptions/${subscription_id}/resume`, shownRow, { rev, body: {} });
  return verified(scene, ['HELP-7', 'HELP-8']);
};

/** The body of a rule of Jira Automation, with its own formatting. */
const RULE_BODY = Buffer.from('{ "issue_key": "RULE-1",\n  "event": "escalated" }');

/** Received with a secret in a header, which a rule can send; sent with a signature, which many receivers require. */
const playRelay = async ({ stage, receiver }: Scene): Promise<string> => {
  const rules = { name: 'Rules', kind: 'automation' };
  const { api } = stage;
  const made = await api.send('POST', '/connections', connectionWithSecret, { body: rules });
  const relay = {
    ...{ name: 'Relay', url: `${receiver.url}/relay`, filter: { connections: [made.connection_id] } },
    ...{ format: 'raw', signature: 'hub-sha256', secret: receiver.own_key, secret_encoding: 'base64' },
  };
  await api.send('POST', '/subscriptions', rowWithSecret, { body: relay });
  const headers = { [made.header_name ?? '']: made.secret ?? '', 'content-type': 'application/json' };
  await createPost(new URL(made.url), 1)(headers, RULE_BODY);
  const isTaken = (): boolean => receiver.taken.some(({ about }) => about === RULE_BODY.toString());
  return (await until(isTaken, Boolean)) ? 'verified the very bytes' : 'nothing that verifies';
};

/** The steps of the chapter, in order. */
export const STEPS: readonly SentStep[] = [
  {
    happens: 'An agent subscribes to the project HELP, and is tried',
    play: playPing,
    ends_as: 'ping answered 204',
  },
  { happens: 'A ticket is created', play: playTicket, ends_as: 'verified HELP-1' },
  { happens: 'The same delivery comes again', play: playAgain, ends_as: '1 execution, sent 1 time' },
  { happens: 'The agent dies, and five tickets come', play: playDeath, ends_as: 'open' },
  {
    happens: 'Two more come, the second one urgent',
    play: playWaiting,
    ends_as: 'HELP-7 low breaker, HELP-8 high breaker',
  },
  {
    happens: 'The agent is back, and is resumed',
    play: playResume,
    ends_as: 'verified HELP-8, HELP-7',
  },
  {
    happens: 'A rule that cannot sign is passed on, signed',
    play: playRelay,
    ends_as: 'verified the very bytes',
  },
];

/** Enough for a busy machine, yet ends a demo that hangs. */
const MOST_TRIES = 300;

/** Polls until the answer is enough; returns that one, or the last one when the tries are used up. */
export const until = async <T>(look: () => Promise<T> | T, isEnough: (found: T) => boolean): Promise<T> => {
  let found = await look();
  for (let tries = 0; tries < MOST_TRIES && !isEnough(found); tries++) {
    await sleep(100);
    found = await look();
  }
  return found;
};
