import * as z from 'zod/mini';
import type { ManageApi } from '../api/api.ts';
import { type Tools, withoutUndefined } from '../api/commands.ts';
import { type ExitCode, UsageError } from '../shared/command.ts';
import { type SecretFlags, secretFields, secretReport } from './add.ts';
import { rowWithSecret, type ShownRow, shownRow } from './row.ts';
import { type SettingFlags, settingsOf } from './settings.ts';

export type RotateFlags = SecretFlags & { graceHours?: number; force?: true };

const pathOf = ({ connection_id }: ShownRow): string => `/connections/${connection_id}`;

/** Changes the given settings; the others stay. */
export const change = async (
  api: ManageApi,
  row: ShownRow,
  flags: SettingFlags,
  { say }: Tools,
): Promise<ExitCode> => {
  const body = settingsOf(flags);
  if (Object.keys(body).length === 0) throw new UsageError('change needs what to change, such as --rate 60');
  const after = await api.send('PATCH', pathOf(row), shownRow, { rev: row.rev, body });
  say(`Changed: "${after.name}" now has revision ${after.rev}.`);
  return 0;
};

/** Creates a new secret and prints it, once. The previous one verifies for a while, so that no delivery is lost. */
export const rotate = async (
  api: ManageApi,
  row: ShownRow,
  flags: RotateFlags,
  { ask, say }: Tools,
): Promise<ExitCode> => {
  const { graceHours, force } = flags;
  const atOnce =
    graceHours === 0 &&
    `The secret of "${row.name}" stops verifying within 30 s: deliveries that still use it are refused. Go on?`;
  if (atOnce && !(await ask(atOnce))) return 1;
  const body = withoutUndefined({ grace_hours: graceHours, force, ...(await secretFields(row.kind, flags)) });
  const after = await api.send('POST', `${pathOf(row)}/rotate`, rowWithSecret, { rev: row.rev, body });
  say(
    `"${after.name}" has a new secret.${atOnce ? '' : ` The one before verifies for ${graceHours ?? 24} hours more.`}\n`,
  );
  say(secretReport(after));
  return 0;
};

export const activate = async (
  api: ManageApi,
  row: ShownRow,
  { reason }: { reason?: string },
  { say }: Tools,
): Promise<ExitCode> => {
  const body = withoutUndefined({ reason });
  const after = await api.send('POST', `${pathOf(row)}/activate`, shownRow, { rev: row.rev, body });
  say(`"${after.name}" is ${after.status}.`);
  return 0;
};

/** Refuses its deliveries from now on. Its row stays, and it can be activated again. */
export const disable = async (
  api: ManageApi,
  row: ShownRow,
  { reason }: { reason?: string },
  { ask, say }: Tools,
): Promise<ExitCode> => {
  const question = `Refuse the deliveries of "${row.name}" (${row.kind}) from now on? What is refused may be lost.`;
  if (!(await ask(question))) return 1;
  const body = withoutUndefined({ reason });
  const after = await api.send('POST', `${pathOf(row)}/disable`, shownRow, { rev: row.rev, body });
  say(`"${after.name}" is ${after.status}: its deliveries are refused within 30 s.`);
  return 0;
};

/** Removes the connection for good. Its events stay. */
export const remove = async (api: ManageApi, row: ShownRow, { ask, say }: Tools): Promise<ExitCode> => {
  const question = `Remove "${row.name}" (${row.kind}, ${row.connection_id}) for good? Its URL stops working; its events stay.`;
  if (!(await ask(question))) return 1;
  await api.send('DELETE', pathOf(row), z.null(), { rev: row.rev });
  say(`"${row.name}" was removed.`);
  return 0;
};
