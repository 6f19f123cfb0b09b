import { systemClock } from '../../platform/clock.ts';
import { listReport, newest, type ShownExecution } from '../executions/row.ts';
import { rowWithSecret } from '../subscriptions/row.ts';
import type { Found } from './found.ts';
import type { Stage } from './play.ts';
import { startDemoReceiver } from './receiver.ts';
import { STEPS, until } from './sent-steps.ts';

export type Sent = { happens: string; result: string; ok: boolean };

const SUBSCRIPTION = {
  name: 'Agent',
  filter: { projects: ['HELP'] },
  priority: 'by_issue',
  // One at a time, to show the order.
  concurrency: 1,
};

/** Plays the chapter about a target: what it gets, and what waits for it. `onResult` is called after each step. */
export const playSent = async (
  stage: Stage,
  onResult: (sent: Sent, index: number) => void,
): Promise<{ ok: boolean }[]> => {
  await using receiver = await startDemoReceiver();
  const all: { ok: boolean }[] = [];
  const body = { ...SUBSCRIPTION, url: `${receiver.url}/hook` };
  const { subscription_id, secret } = await stage.api.send('POST', '/subscriptions', rowWithSecret, { body });
  receiver.key = secret ?? '';
  for (const [index, { happens, play, ends_as }] of STEPS.entries()) {
    const result = await play({ stage, receiver, subscription_id });
    const sent = { happens, result, ok: result === ends_as };
    onResult(sent, index);
    all.push(sent);
  }
  return all;
};

/** The length of the longest text, for columns. */
export const SENT_HAPPENS = Math.max(...STEPS.map(({ happens }) => happens.length));

const SENT = ['HELP-1', 'HELP-7', 'HELP-8', 'RULE-1'];

const isAllSent = (found: readonly ShownExecution[]): boolean => {
  const sent = found.filter(({ status }) => status === 'completed').map(({ issue_key }) => issue_key);
  return SENT.every((key) => sent.includes(key));
};

/** One execution per ticket and one for the rule. Those that failed before are retried half a minute later. */
const ALL = 9;

/** The stored executions. Waits for them: an attempt is written a moment after its target has answered. */
export const readExecutions = async ({ api }: Stage): Promise<Found> => {
  const found = await until(() => newest(api, {}, ALL + 1, systemClock()), isAllSent);
  const ok = found.length === ALL && isAllSent(found);
  return { route: '/executions', text: listReport(found, new Map()), ok };
};
