import type { ManageApi } from '../api/api.ts';
import { type Tools, withoutUndefined } from '../api/commands.ts';
import { type ExitCode, UsageError } from '../shared/command.ts';
import { readSecretFile } from '../shared/secret-file.ts';
import { textTable } from '../shared/tables.ts';
import { listRows, type RowWithSecret, rowWithSecret } from './row.ts';
import { type SettingFlags, settingsOf } from './settings.ts';

export type SecretFlags = { secretEncoding?: string; secretFile?: string };

export type AddFlags = SettingFlags &
  SecretFlags & { kind?: string; auth?: string; draft?: true; yes?: true };

/** Creates a connection and prints its URL and, only this once, its secret. */
export const add = async (api: ManageApi, flags: AddFlags, { ask, say }: Tools): Promise<ExitCode> => {
  if (!flags.kind || !flags.name) throw new UsageError('add needs --kind and --name');
  const { kind, auth, draft } = flags;
  const body = withoutUndefined({
    ...{ kind, auth, status: draft && 'draft' },
    ...settingsOf(flags),
    ...(await secretFields(kind, flags)),
  });
  if (kind === 'automation' && auth === 'signature') say(OWN_SENDER);
  if (!flags.yes && !(await agreeTo(api, flags.name, ask))) return 1;
  const row = await api.send('POST', '/connections', rowWithSecret, { body });
  say(`The connection "${row.name}" of tenant ${row.tenant_id} was made. It is ${row.status}.\n`);
  say(secretReport(row));
  say(`
What to paste into the sender:  ${commandFor('template', row, api)}
Its deliveries:                 ${commandFor('show', row, api)}`);
  return 0;
};

/** The API's fields for a secret: its encoding, and a key imported from the sender. */
export const secretFields = async (
  kind: string,
  { secretEncoding, secretFile }: SecretFlags,
): Promise<Record<string, unknown>> => {
  if (kind === 'commits' && secretEncoding === 'base64') throw new UsageError(NO_BASE64);
  return {
    secret_encoding: secretEncoding,
    imported: secretFile === undefined ? undefined : await readSecretFile(secretFile),
  };
};

const NO_BASE64 =
  "--secret-encoding: must be text for --kind commits: npm run commits signs with the secret's text";

const OWN_SENDER = `Jira Automation itself cannot sign: only a sender of your own can deliver here. For a rule: --auth header.
`;

/** Asks before a first connection creates its tenant, which may be a typing error, and before a name is used twice. */
const agreeTo = async (api: ManageApi, name: string, ask: Tools['ask']): Promise<boolean> => {
  const rows = await listRows(api);
  const same = rows.find((row) => row.name === name);
  if (same !== undefined)
    return ask(
      `The tenant ${same.tenant_id} has a connection "${name}" (${same.connection_id}). Make another?`,
    );
  if (api.tenant === null || rows.length > 0) return true;
  return ask(`The tenant ${api.tenant} has no connection yet, so it may be new. Make this one in it?`);
};

/** The URL and the secret of a new or rotated connection; the secret is shown only here. */
export const secretReport = ({ url, auth, header_name, secret }: RowWithSecret): string => {
  if (secret === null) return textTable(['URL', url], [['Secret', 'the one you provided']]);
  if (auth === 'url') return textTable(['URL', `${url}?token=${secret}`], [['', 'shown only once']]);
  return textTable(
    ['URL', url],
    [...(header_name === null ? [] : [['Header', header_name]]), ['Secret', secret], ['', 'shown only once']],
  );
};

/** The command line of another step for this connection, with the same place options. */
export const commandFor = (
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
