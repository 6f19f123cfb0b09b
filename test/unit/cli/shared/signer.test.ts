import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { createSigner } from '../../../../src/cli/shared/signer.ts';
import { verifySigV4 } from '../../../support/sigv4.ts';

const SECRETS = { AKIDEXAMPLE: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

const CALLER = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRETS.AKIDEXAMPLE },
  sha256: new SecretsManagerClient({ region: 'us-east-1' }).config.sha256,
};

const sign = createSigner(CALLER, 'service');
const AT = new Date('2015-08-30T12:36:00Z');

/** The cases of AWS's Signature Version 4 test suite that have no body and need no other header. */
const SUITE = [
  ['get-vanilla', '', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  [
    'get-vanilla-query-order-key-case',
    '?Param2=value2&Param1=value1',
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  ],
] as const;

const arrived = async (url: URL) => ({
  method: 'GET',
  target: url.pathname + url.search,
  headers: await sign('GET', url, { date: AT }),
  body: Buffer.alloc(0),
});

describe('the signature of a request', () => {
  it.each(SUITE)('is that of the published case %s', async (_name, query, signature) => {
    const { headers } = await arrived(new URL(`https://example.amazonaws.com/${query}`));
    expect(headers.authorization).toBe(
      `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`,
    );
  });

  it.each([
    '/issues/SMOKE%2541-1',
    '/issues/%53MOKE-1',
    '/issues/A%20B%C3%A9',
    '/events?date=2026-11-22&project=A%26B',
    '/issues?project=it*(so)!',
  ])('is over the path and query as they are sent: %s', async (target) => {
    const request = await arrived(new URL(target, 'https://api.example.com'));
    expect(request.target).toBe(target);
    expect(verifySigV4(request, SECRETS)).toEqual({
      key_id: 'AKIDEXAMPLE',
      region: 'us-east-1',
      service: 'service',
    });
  });

  it('is for one host and port, because it must not open another', async () => {
    const request = await arrived(new URL('http://127.0.0.1:8443/health'));
    expect(request.headers.host).toBe('127.0.0.1:8443');
    const elsewhere = { ...request, headers: { ...request.headers, host: '127.0.0.1:8444' } };
    expect([verifySigV4(request, SECRETS) === null, verifySigV4(elsewhere, SECRETS)]).toEqual([false, null]);
  });

  it('is over the body and the headers that go with it, because nobody may change what was asked for', async () => {
    const body = Buffer.from('{"reason":"left the team"}');
    const given = { 'content-type': 'application/json', 'if-match': '3' };
    const url = new URL('https://api.example.com/t/retail/connections/con_x/disable');
    const headers = await sign('POST', url, { headers: given, body, date: AT });
    const request = { method: 'POST', target: url.pathname, headers, body };
    expect(headers).toMatchObject(given);
    expect(verifySigV4(request, SECRETS)?.key_id).toBe('AKIDEXAMPLE');
    expect(verifySigV4({ ...request, body: Buffer.from('{"reason":""}') }, SECRETS)).toBeNull();
    const later = { ...request, headers: { ...headers, 'if-match': '4' } };
    expect(verifySigV4(later, SECRETS)).toBeNull();
  });

  it('brings the token of a session along, because temporary credentials count for nothing without it', async () => {
    const credentials = { ...CALLER.credentials, sessionToken: 'a token' };
    const signed = await createSigner({ ...CALLER, credentials }, 'service')(
      'GET',
      new URL('https://x.test/'),
    );
    expect(signed['x-amz-security-token']).toBe('a token');
    expect(signed.authorization).toContain('SignedHeaders=host;x-amz-date;x-amz-security-token,');
  });
});

describe("the tests' own check of a signature", () => {
  const url = new URL('https://example.amazonaws.com/?Param2=value2&Param1=value1');

  it('knows the published one', async () => {
    expect(verifySigV4(await arrived(url), SECRETS)).not.toBeNull();
  });

  it.each([
    ['another method', { method: 'POST' }],
    ['another path', { target: '/x?Param2=value2&Param1=value1' }],
    ['another query', { target: '/?Param2=value2' }],
    ['another body', { body: Buffer.from('x') }],
    ['no signature', { headers: {} }],
  ])('refuses %s', async (_what, change) => {
    expect(verifySigV4({ ...(await arrived(url)), ...change }, SECRETS)).toBeNull();
  });

  it('refuses another secret and an unknown key', async () => {
    const request = await arrived(url);
    expect(verifySigV4(request, { AKIDEXAMPLE: 'other' })).toBeNull();
    expect(verifySigV4(request, {})).toBeNull();
  });
});
