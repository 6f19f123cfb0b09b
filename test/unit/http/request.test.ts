import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRequest } from '../../../src/http/request.ts';

const event = (changes: Partial<APIGatewayProxyEventV2> = {}): APIGatewayProxyEventV2 => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: '/webhooks/jira',
  rawQueryString: '',
  headers: {},
  requestContext: {
    accountId: '',
    apiId: '',
    domainName: '',
    domainPrefix: '',
    requestId: '',
    routeKey: '$default',
    stage: '$default',
    time: '',
    timeEpoch: 0,
    http: {
      method: 'POST',
      path: '/webhooks/jira',
      protocol: 'HTTP/1.1',
      sourceIp: '192.0.2.7',
      userAgent: '',
    },
  },
  isBase64Encoded: false,
  ...changes,
});

describe('readRequest', () => {
  it('lower-cases header names, because a caller of the function need not', () => {
    const request = readRequest(event({ headers: { 'X-Hub-Signature': 'sha256=1' } }));
    expect(request.headers.get('x-hub-signature')).toBe('sha256=1');
  });

  it('joins a header that came in two spellings, because a second signature must not replace the first', () => {
    const request = readRequest(event({ headers: { 'X-Hub-Signature': 'a', 'x-hub-signature': 'b' } }));
    expect(request.headers.get('x-hub-signature')).toBe('a,b');
  });

  it('keeps a header named __proto__ an ordinary header, because names come from the caller', () => {
    const headers = JSON.parse('{"__proto__":"x"}');
    expect(readRequest(event({ headers })).headers.get('__proto__')).toBe('x');
  });

  it('does without what an invocation by hand leaves out', () => {
    const request = readRequest(
      JSON.parse('{"rawPath":"/health","requestContext":{"http":{"method":"GET","sourceIp":""}}}'),
    );
    expect([request.headers.size, request.query.size, request.body_bytes]).toEqual([0, 0, 0]);
    expect(request.readBody()).toHaveLength(0);
  });

  it('gives back the very bytes of a base64 body, because the signature is over bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const body = Buffer.from(bytes).toString('base64');
        const request = readRequest(event({ body, isBase64Encoded: true }));
        expect(Buffer.from(request.readBody()).equals(Buffer.from(bytes))).toBe(true);
        expect(request.body_bytes).toBe(bytes.length);
      }),
    );
  });

  it('counts the bytes of a text body, because a character may take four', () => {
    expect(readRequest(event({ body: 'é😀' })).body_bytes).toBe(6);
  });

  it('believes a larger content-length, because a body refused unread is not there to be counted', () => {
    expect(readRequest(event({ headers: { 'content-length': '5000000' } })).body_bytes).toBe(5_000_000);
    const absurd = { 'content-length': '9'.repeat(20) };
    expect(readRequest(event({ headers: absurd })).body_bytes).toBeGreaterThan(1e19);
    expect(readRequest(event({ headers: { 'content-length': 'many' }, body: 'ab' })).body_bytes).toBe(2);
  });

  it('takes the client address from the gateway, because anybody can write a header', () => {
    const request = readRequest(event({ headers: { 'x-forwarded-for': '198.51.100.1' } }));
    expect(request.source_ip).toBe('192.0.2.7');
  });

  it('reads the raw query, because the parsed one joins repeated names', () => {
    const request = readRequest(event({ rawQueryString: 'project=A%20B&limit=5&user_id=x' }));
    expect([...request.query]).toEqual([
      ['project', 'A B'],
      ['limit', '5'],
      ['user_id', 'x'],
    ]);
  });
});
