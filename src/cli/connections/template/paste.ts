import type { ConnectionAuth } from '../../../domain/connection.ts';
import type { ConnectionKind } from '../../../domain/source.ts';
import { textTable } from '../../shared/tables.ts';

/** What the sender of a connection has to know. */
export type Paste = {
  kind: ConnectionKind;
  auth: ConnectionAuth;
  /** Only for `header` auth. */
  header_name: string | null;
  /** The URL to deliver to, without a secret. */
  url: URL;
  default_event_type: string | null;
};

/** Placeholder for the secret, which was shown once and cannot be shown again. */
export const SECRET = '<SECRET>';

/** The URL with its query: the secret, for `url` auth, and `more`. */
export const withQuery = ({ url, auth }: Paste, ...more: string[]): string => {
  const query = [...(auth === 'url' ? [`token=${SECRET}`] : []), ...more];
  return query.length === 0 ? url.href : `${url.href}?${query.join('&')}`;
};

/** The fields of a sender's form, and what to enter. */
export const table = ([first = ['', ''], ...rest]: [string, string][]): string =>
  textTable(first, rest).replaceAll(/^/gm, '  ');
