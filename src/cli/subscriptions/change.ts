import * as z from 'zod/mini';
import type { ManageApi } from '../api/api.ts';
import { type Tools, withoutUndefined } from '../api/commands.ts';
import { type ExitCode, UsageError } from '../shared/command.ts';
import { keyReport } from './add.ts';
import { changedRow, rowWithSecret, type ShownRow, shownRow } from './row.ts';
import { type SecretFlags, type SettingFlags, secretsOf, settingsOf } from './settings.ts';

export type RotateFlags = SecretFlags & { graceHours?: number; force?: true };

type Reason = { reason?: string };

const pathOf = ({ subscription_id }: ShownRow): string => `/subscriptions/${subscription_id}`;

/** Changes the given settings; the others stay. */
export const change = async (
  api: ManageApi,
  row: ShownRow,
  flags: SettingFlags & SecretFlags,
  { say }: Tools,
): Promise<ExitCode> => {
  const body = { ...(await settingsOf(api, flags, row.filter)), ...(await secretsOf(flags)) };
  if (Object.keys(body).length === 0)
    throw new UsageError('change needs what to change, such as --priority high');
  const after = await api.send('PATCH', pathOf(row), changedRow, { rev: row.rev, body });
  say(`Changed: "${after.name}" now has revision ${after.rev}.`);
  if (body.filter) say('It takes what is received from now on: nothing is sent of what came before.');
  const { secret } = after;
  if (typeof secret === 'string') say(`\n${keyReport({ ...after, secret })}`);
  else for (const warning of after.warnings) say(`Note: ${warning}`);
  return 0;
};

/** Stops sending: matching events wait, and are sent after `resume`. */
export const pause = async (
  api: ManageApi,
  row: ShownRow,
  flags: Reason,
  { say }: Tools,
): Promise<ExitCode> => {
  const after = await setStatus(api, row, 'pause', flags);
  say(`"${after.name}" is ${after.status}: what matches waits until resume.`);
  return 0;
};

/** Starts sending again, whatever the reason that it stopped. */
export const resume = async (
  api: ManageApi,
  row: ShownRow,
  flags: Reason,
  { say }: Tools,
): Promise<ExitCode> => {
  const after = await setStatus(api, row, 'resume', flags);
  say(
    `"${after.name}" is ${after.status}: what waits is sent now, more of high priority than of low. What was tried lately keeps its time.`,
  );
  return 0;
};

const setStatus = (api: ManageApi, row: ShownRow, step: 'pause' | 'resume', { reason }: Reason) =>
  api.send('POST', `${pathOf(row)}/${step}`, shownRow, { rev: row.rev, body: withoutUndefined({ reason }) });

/** Creates a new key and prints it, once. The previous one stays in use for a while, so that nothing is refused. */
export const rotate = async (
  api: ManageApi,
  row: ShownRow,
  flags: RotateFlags,
  { ask, say }: Tools,
): Promise<ExitCode> => {
  const { graceHours, force } = flags;
  const atOnce =
    graceHours === 0 &&
    `Only the new key of "${row.name}" is used from now on: a receiver that knows the one until now refuses what is sent. Go on?`;
  if (atOnce && !(await ask(atOnce))) return 1;
  const body = withoutUndefined({ grace_hours: graceHours, force, ...(await secretsOf(flags)) });
  const after = await api.send('POST', `${pathOf(row)}/rotate`, rowWithSecret, { rev: row.rev, body });
  say(`"${after.name}" has a new key.${atOnce ? '' : graceOf(after.signature, graceHours ?? 24)}\n`);
  say(keyReport(after));
  return 0;
};

/** The scheme `standard` carries two signatures, any other only one. */
const graceOf = (signature: string, hours: number): string =>
  signature === 'standard'
    ? ` For ${hours} hours what is sent is signed with both.`
    : ` For ${hours} hours what is sent is signed with the one before: let the receiver accept both.`;

/** Removes the subscription for good and cancels its waiting executions. */
export const remove = async (api: ManageApi, row: ShownRow, { ask, say }: Tools): Promise<ExitCode> => {
  const question = `Remove "${row.name}" (${row.url}, ${row.subscription_id}) for good? What waits for it is cancelled.`;
  if (!(await ask(question))) return 1;
  await api.send('DELETE', pathOf(row), z.nullable(z.unknown()), { rev: row.rev });
  say(`"${row.name}" was removed.`);
  return 0;
};
