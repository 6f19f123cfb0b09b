import type { ManageApi } from '../api/api.ts';
import type { Tools } from '../api/commands.ts';
import { type ExitCode, UsageError } from '../shared/command.ts';
import { textTable } from '../shared/tables.ts';
import { listRows, type RowWithSecret, rowWithSecret } from './row.ts';
import { type SecretFlags, type SettingFlags, secretsOf, settingsOf } from './settings.ts';

export type AddFlags = SettingFlags & SecretFlags & { yes?: true };

/** Creates a subscription and prints, only this once, the key that it signs with. */
export const add = async (api: ManageApi, flags: AddFlags, { ask, say }: Tools): Promise<ExitCode> => {
  if (flags.url === undefined && flags.urlFile === undefined)
    throw new UsageError('add needs --url, or --url-file');
  const secrets = await secretsOf(flags);
  const name = flags.name ?? hostOf(String(secrets.url));
  const settings = await settingsOf(api, { ...flags, name }, {});
  if (!flags.yes && !(await agreeTo(api, name, ask))) return 1;
  const row = await api.send('POST', '/subscriptions', rowWithSecret, { body: { ...settings, ...secrets } });
  say(`The subscription "${row.name}" of tenant ${row.tenant_id} was made. It is ${row.status}.`);
  if (settings.filter === undefined) say('It names no condition, so every event of the tenant is sent.');
  say(`\n${keyReport(row)}`);
  say(`
Try its target:  ${commandFor('test', row, api)}
What was sent:   ${executionsOf(row, api)}`);
  return 0;
};

/** Only the host: the rest of a URL may be a secret. */
const hostOf = (url: string): string => {
  const host = URL.parse(url)?.host;
  if (host) return host;
  throw new UsageError('--url must be a URL such as https://agents.example.com/jira');
};

/** Asks if the name is in use: a repeated `add` would send everything twice. */
const agreeTo = async (api: ManageApi, name: string, ask: Tools['ask']): Promise<boolean> => {
  const same = (await listRows(api)).find((row) => row.name === name);
  if (same === undefined) return true;
  const { tenant_id, subscription_id } = same;
  return ask(`The tenant ${tenant_id} has a subscription "${name}" (${subscription_id}). Make another?`);
};

/** The target, the key and the warnings of a new or changed subscription; the key is shown only here. */
export const keyReport = ({ signature, secret, url, warnings }: RowWithSecret): string =>
  [
    textTable(['Target', url], [['Signature', signature], ...keyRows(signature, secret)]),
    ...warnings.map((warning) => `Note: ${warning}`),
  ].join('\n');

const keyRows = (signature: string, secret: string | null): string[][] => {
  if (signature === 'none') return [];
  return secret === null
    ? [['Key', 'the one you provided']]
    : [
        ['Key', secret],
        ['', 'shown only once'],
      ];
};

type Of = { subscription_id: string };
type At = Pick<ManageApi, 'tenant' | 'flags'>;

const placeOf = ({ tenant, flags }: At): string[] => [
  ...(tenant === null ? [] : ['--tenant', tenant]),
  ...flags,
];

/** The command line of another step for this subscription, with the same place options. */
export const commandFor = (step: string, { subscription_id }: Of, at: At): string =>
  ['npm run subscriptions --', step, subscription_id, ...placeOf(at)].join(' ');

/** The command line that lists its executions. */
const executionsOf = ({ subscription_id }: Of, at: At): string =>
  ['npm run executions -- list --subscription', subscription_id, ...placeOf(at)].join(' ');
