import { createHmac } from 'node:crypto';
import { sha256Hex } from '../../src/domain/event-id.ts';

/** A request as it arrived: `target` is its path and query, byte for byte. */
export type ArrivedRequest = {
  method: string;
  target: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Uint8Array;
};

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** As RFC 3986 has it, which leaves fewer characters as they are than JavaScript does. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** The path is encoded once more than it was sent, for every service but S3. */
const canonicalPath = (path: string): string => path.split('/').map(encode).join('/');

const canonicalQuery = (query: string): string =>
  [...new URLSearchParams(query)]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/((\d{8})\/([^/]+)\/([^/]+)\/aws4_request), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/**
 * Whose signature a request bears, by AWS's description of Signature Version 4 and nobody's library; null when
 * there is none, or it is not right.
 * @param secrets by access key id
 */
export const verifySigV4 = (
  { method, target, headers, body }: ArrivedRequest,
  secrets: Readonly<Record<string, string>>,
): { key_id: string; region: string; service: string } | null => {
  const parts = AUTHORIZATION.exec(String(headers.authorization ?? ''));
  if (!parts) return null;
  const [, key_id = '', scope = '', date = '', region = '', service = '', names = '', signature] = parts;
  const [path = '', query = ''] = target.split('?');
  const lines = names.split(';').map((name) => `${name}:${String(headers[name] ?? '').trim()}\n`);
  const canonical = [
    method,
    canonicalPath(path),
    canonicalQuery(query),
    lines.join(''),
    names,
    sha256Hex(body),
  ];
  const toSign = [
    'AWS4-HMAC-SHA256',
    String(headers['x-amz-date']),
    scope,
    sha256Hex(Buffer.from(canonical.join('\n'))),
  ];
  const key = [date, region, service, 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${secrets[key_id] ?? ''}`,
  );
  const isRight = secrets[key_id] !== undefined && hmac(key, toSign.join('\n')).toString('hex') === signature;
  return isRight ? { key_id, region, service } : null;
};
