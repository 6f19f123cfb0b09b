import type { ConnectionAuth } from '../../../domain/connection.ts';
import type { ConnectionKind } from '../../../domain/source.ts';
import { textTable } from '../../shared/tables.ts';

/** A connection, as far as its sender has to know it. */
export type Paste = {
  kind: ConnectionKind;
  auth: ConnectionAuth;
  /** Only of `header` auth. */
  header_name: string | null;
  /** Where it delivers to, without a secret. */
  url: URL;
  default_event_type: string | null;
};

/** What stands where the secret goes: it was shown once, and nobody can show it again. */
export const SECRET = '<SECRET>';

/** The address with what its query needs: the secret, where it is not sent otherwise, and more. */
export const withQuery = ({ url, auth }: Paste, ...more: string[]): string => {
  const query = [...(auth === 'url' ? [`token=${SECRET}`] : []), ...more];
  return query.length === 0 ? url.href : `${url.href}?${query.join('&')}`;
};

/** Fields of somebody's form, and what to enter. */
export const table = ([first = ['', ''], ...rest]: [string, string][]): string =>
  textTable(first, rest).replaceAll(/^/gm, '  ');
