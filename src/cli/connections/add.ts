import { type ExitCode, UsageError } from '../shared/command.ts';
import { textTable } from '../shared/tables.ts';
import type { ManageApi } from './api.ts';
import type { Tools } from './change.ts';
import { listRows, type RowWithSecret, rowWithSecret } from './row.ts';
import { readSecretFile, type SettingFlags, settingsOf, withoutUndefined } from './settings.ts';

export type SecretFlags = { secretEncoding?: string; secretFile?: string };

export type AddFlags = SettingFlags & SecretFlags & { kind?: string; auth?: string; draft?: true };

/** Makes a connection, and prints its URL and, once, its secret. */
export const add = async (api: ManageApi, flags: AddFlags, { ask, say }: Tools): Promise<ExitCode> => {
  if (!flags.kind || !flags.name) throw new UsageError('add needs --kind and --name');
  const { kind, auth, draft } = flags;
  const body = withoutUndefined({
    ...{ kind, auth, status: draft && 'draft' },
    ...settingsOf(flags),
    ...(await secretFields(flags)),
  });
  if (!(await agreeToTenant(api, ask))) return 1;
  const row = await api.send('POST', '/connections', rowWithSecret, { body });
  say(`The connection "${row.name}" of tenant ${row.tenant_id} was made. It is ${row.status}.\n`);
  say(secretReport(row));
  say(`
What to paste into the sender:  ${commandFor('template', row, api)}
Its deliveries:                 ${commandFor('show', row, api)}`);
  return 0;
};

/** What the API takes of a secret: its encoding, and somebody else's key. */
export const secretFields = async ({
  secretEncoding,
  secretFile,
}: SecretFlags): Promise<Record<string, unknown>> => ({
  secret_encoding: secretEncoding,
  imported: secretFile === undefined ? undefined : await readSecretFile(secretFile),
});

/** A tenant is made with its first connection: a typing error must not make one. */
const agreeToTenant = async (api: ManageApi, ask: Tools['ask']): Promise<boolean> => {
  if (api.tenant === null || (await listRows(api)).length > 0) return true;
  return ask(`The tenant ${api.tenant} has no connection yet, so it may be new. Make this one in it?`);
};

/** The only time that a secret is shown. */
export const secretReport = ({ url, auth, header_name, secret }: RowWithSecret): string => {
  if (secret === null) return textTable(['URL', url], [['Secret', 'the one you brought']]);
  if (auth === 'url') return textTable(['URL', `${url}?token=${secret}`], [['', 'shown only once']]);
  return textTable(
    ['URL', url],
    [...(header_name === null ? [] : [['Header', header_name]]), ['Secret', secret], ['', 'shown only once']],
  );
};

/** How another step is called for this connection, at the same place. */
const commandFor = (
  step: string,
  { connection_id }: { connection_id: string },
  { tenant, flags }: ManageApi,
): string =>
  [
    'npm run connections --',
    step,
    connection_id,
    ...(tenant === null ? [] : ['--tenant', tenant]),
    ...flags,
  ].join(' ');
