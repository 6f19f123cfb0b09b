import * as z from 'zod/mini';
import { type PingAnswer, pingAnswer } from '../../contract/send-message.ts';
import type { ManageApi } from '../api/api.ts';
import { type ExitCode, UsageError } from '../shared/command.ts';
import { textTable } from '../shared/tables.ts';
import { printable } from '../shared/terminal.ts';
import type { ShownRow } from './row.ts';

const matched = z.object({ matches: z.boolean(), rule: z.nullable(z.string()) });

type Print = { json?: true; say(text: string): void };

/** Sends a ping to the target now and prints its answer. */
export const test = async (api: ManageApi, row: ShownRow, { json, say }: Print): Promise<ExitCode> => {
  const path = `/subscriptions/${row.subscription_id}/test`;
  const answer = await api.send('POST', path, pingAnswer, { body: {} });
  say(json ? JSON.stringify(answer, null, 2) : pingReport(row, answer));
  return answer.error === null ? 0 : 1;
};

const pingReport = ({ url }: ShownRow, answer: PingAnswer): string => {
  const { status, duration_ms, error, response_headers, response_body } = answer;
  const headers = Object.entries(response_headers).map(([name, value]) => [name, printable(value)]);
  return [
    textTable(
      ['target', url],
      [
        ['answer', status === null ? 'none' : String(status)],
        ['took', `${duration_ms} ms`],
        ...(error === null ? [] : [['error', printable(error)]]),
      ],
    ),
    ...(headers.length === 0 ? [] : [textTable(['header', 'value'], headers)]),
    ...(response_body ? [printable(response_body)] : []),
  ].join('\n\n');
};

/** Prints whether an event would be sent to the target, and which rule decides it. Sends nothing. */
export const match = async (
  api: ManageApi,
  row: ShownRow,
  event_id: string | undefined,
  { json, say }: Print,
): Promise<ExitCode> => {
  if (event_id === undefined) throw new UsageError('match needs an event: its id, evt_…');
  const path = `/subscriptions/${row.subscription_id}/match`;
  const answer = await api.send('POST', path, matched, { body: { event_id } });
  say(json ? JSON.stringify(answer, null, 2) : matchReport(row, event_id, answer));
  return 0;
};

const matchReport = (
  { name }: ShownRow,
  event_id: string,
  { matches, rule }: z.output<typeof matched>,
): string =>
  matches
    ? `"${name}" takes ${event_id}: it meets every condition.`
    : `"${name}" does not take ${event_id}: the rule ${rule} says no.${rule === 'matches_since' ? BEFORE : ''}`;

const BEFORE = ' It was received before the subscription was made, or before its filter was changed.';
