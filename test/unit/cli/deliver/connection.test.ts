import { describe, expect, it } from 'vitest';
import { type Sender, sendingOf } from '../../../../src/cli/deliver/connection.ts';
import { CONNECTION_KINDS } from '../../../../src/domain/source.ts';
import { CONNECTION_SENDERS } from '../../../../src/senders/registry.ts';
import { matchProof, readProof } from '../../../../src/verify/schemes.ts';

const BODY = Buffer.from('{"issue":{}}');
const URL_OF = 'https://hooks.example.com/webhooks/con_AAAAAAAAAAAAAAAAAAAAAA';
const BYTES = Buffer.alloc(32, 7);

const sender = (change: Partial<Sender>): Sender => ({
  kind: 'jira',
  auth: 'signature',
  header_name: null,
  user_agent_prefix: null,
  url: new URL(URL_OF),
  secret: 'a secret for tests',
  encoding: undefined,
  ...change,
});

const dressed = (change: Partial<Sender>, number = 0, flags = {}) =>
  sendingOf(sender(change), flags).dress(BODY, number);

describe('a delivery of a connection', () => {
  it.each(CONNECTION_KINDS)(
    'is proved as %s proves its own, because another header proves nothing',
    (kind) => {
      const { url, headers } = dressed({ kind });
      const proof = readProof(new Map(Object.entries(headers)), CONNECTION_SENDERS[kind].scheme);
      const keys = [{ name: 'shown', key: Buffer.from('a secret for tests'), until: null }];
      expect(proof && matchProof(proof, BODY, keys)).toBe('shown');
      expect(url.searchParams.has('token')).toBe(false);
    },
  );

  it('is signed with the bytes that base64 means, where the connection was made so', () => {
    const { headers } = dressed({ secret: BYTES.toString('base64'), encoding: 'base64' });
    const proof = readProof(new Map(Object.entries(headers)), CONNECTION_SENDERS.jira.scheme);
    expect(proof && matchProof(proof, BODY, [{ name: 'bytes', key: BYTES, until: null }])).toBe('bytes');
  });

  it('has the secret in the header of the connection, and no signature', () => {
    const { url, headers } = dressed({ kind: 'automation', auth: 'header', header_name: 'X-Team-Secret' });
    expect(headers['x-team-secret']).toBe('a secret for tests');
    expect(Object.keys(headers).filter((name) => name.includes('signature'))).toEqual([]);
    expect(url.href).not.toContain('secret');
  });

  it('has the secret in the URL and nowhere else, for a sender that can set no header', () => {
    const { url, headers } = dressed({ auth: 'url', secret: 'a+b&c=d' });
    expect(url.searchParams.get('token')).toBe('a+b&c=d');
    expect(Object.values(headers)).not.toContain('a+b&c=d');
  });

  it('of a rule of Automation names its run, because the same bytes twice are two events there', () => {
    const runs = [0, 1, 2].map((number) => dressed({ kind: 'automation', auth: 'header' }, number).url.href);
    expect(new Set(runs).size).toBe(3);
    expect(dressed({ kind: 'jira' }).url.href).toBe(URL_OF);
  });

  it('begins its user agent as the connection wants it', () => {
    expect(dressed({ user_agent_prefix: 'Atlassian HttpClient' }).headers['user-agent']).toMatch(
      /^Atlassian HttpClient/,
    );
  });

  it('says what it is told to instead, the identifier where that kind has one', () => {
    const flags = { identifier: 'id-7', header: { 'user-agent': 'mine' } };
    expect(dressed({ kind: 'github' }, 0, flags).headers).toMatchObject({
      'x-github-delivery': 'id-7',
      'user-agent': 'mine',
      'content-length': String(BODY.length),
    });
  });
});
