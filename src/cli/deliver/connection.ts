import { randomUUID } from 'node:crypto';
import { secretHeader } from '../../domain/connection.ts';
import { systemClock } from '../../platform/clock.ts';
import { CONNECTION_SENDERS } from '../../senders/registry.ts';
import { findApi, type PlaceFlags } from '../api/find-api.ts';
import { findRow, type ShownRow } from '../connections/row.ts';
import { UsageError } from '../shared/command.ts';
import { signatureOf } from '../shared/exchange.ts';
import { readSecretFile } from '../shared/secret-file.ts';
import type { Headers } from './delivery.ts';
import type { Sending } from './target.ts';

export type ConnectionFlags = PlaceFlags & {
  connection?: string;
  secret?: string;
  secretFile?: string;
  secretEncoding?: string;
  identifier?: string;
  header?: Headers;
};

/** How the sender of a connection sends: to its URL, with its credential, in its headers. */
export type Sender = Pick<ShownRow, 'kind' | 'auth' | 'header_name' | 'user_agent_prefix'> & {
  url: URL;
  secret: string;
  /** `base64`: the HMAC key is the secret decoded, not its text. */
  encoding: string | undefined;
};

/** Reads the connection from the API. @throws UsageError or CommandError */
export const findSending = async (flags: ConnectionFlags): Promise<Sending> => {
  if (flags.secret !== undefined)
    throw new UsageError(
      "--secret is for the built-in webhooks: give a connection's secret as --secret-file",
    );
  if (flags.secretFile === undefined)
    throw new UsageError('--connection needs --secret-file, a file or - for standard input');
  const api = await findApi(flags);
  const row = await findRow(api, flags.connection);
  const url = new URL(`/webhooks/${row.connection_id}`, api.url);
  const secret = await readSecretFile(flags.secretFile);
  return sendingOf({ ...row, url, secret, encoding: flags.secretEncoding }, flags);
};

/** @param flags headers that replace those of the sender */
export const sendingOf = (
  sender: Sender,
  { identifier, header }: Pick<ConnectionFlags, 'identifier' | 'header'>,
): Sending => ({
  url: sender.url,
  dress: (body, number) => ({
    url: addressOf(sender, number),
    headers: {
      'content-type': 'application/json; charset=UTF-8',
      'user-agent': `${sender.user_agent_prefix ?? ''}jira-webhook-sync-deliver`,
      ...identifierOf(sender, identifier),
      ...credentialOf(sender, body),
      ...header,
      'content-length': String(body.length),
    },
  }),
});

/** As in a rule of Jira Automation, `delivery` makes the same bytes sent twice two events. */
const addressOf = ({ kind, auth, url, secret }: Sender, number: number): URL => {
  const address = new URL(url);
  if (auth === 'url') address.searchParams.set('token', secret);
  if (kind === 'automation') address.searchParams.set('delivery', `${systemClock()}${number}`);
  return address;
};

const identifierOf = ({ kind }: Sender, given: string | undefined): Headers => {
  const name = CONNECTION_SENDERS[kind].headers.identifier;
  return name === null ? {} : { [name]: given ?? randomUUID() };
};

const credentialOf = ({ kind, auth, header_name, secret, encoding }: Sender, body: Buffer): Headers => {
  if (auth === 'url') return {};
  if (auth === 'header') return { [secretHeader({ kind, header_name }).toLowerCase()]: secret };
  const { scheme } = CONNECTION_SENDERS[kind];
  if ('token' in scheme) return { [scheme.token]: secret };
  const key = encoding === 'base64' ? Buffer.from(secret, 'base64') : secret;
  return Object.fromEntries(scheme.hmac.slice(0, 1).map((name) => [name, signatureOf(key, body)]));
};
