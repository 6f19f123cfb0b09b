import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../../src/http/request.ts';
import { guardChanges } from '../../../src/local/changes-guard.ts';

const TOKEN = 'token-of-this-instance';

const usual = {
  host: '127.0.0.1:8080',
  authorization: `Bearer ${TOKEN}`,
  'content-type': 'application/json',
};

type Sent = { method?: string; headers?: Record<string, string | null>; bytes?: number };

/** What the guard answers; null where it lets the request through. */
const ask = async ({ method = 'POST', headers = {}, bytes = 2 }: Sent = {}) => {
  let passed = false;
  const { 'create-connection': guarded } = guardChanges(
    {
      'create-connection': async () => {
        passed = true;
        return { statusCode: 200 };
      },
    },
    TOKEN,
  );
  const sent = Object.entries({ ...usual, ...headers }).flatMap(([name, value]): [string, string][] =>
    value === null ? [] : [[name, value]],
  );
  const request: HttpRequest = {
    ...{ method, path: '/connections', tenant: 'default', headers: new Map(sent), query: new Map() },
    ...{ raw_query: '', domain_name: 'localhost', caller: null, source_ip: '127.0.0.1' },
    ...{ body_bytes: bytes, readBody: () => expect.unreachable() },
  };
  const run = { run_id: 'r', received_ms: 0, began: { wall: 0, steady: 0 }, signal: AbortSignal.any([]) };
  const answer = await guarded?.(request, '', run);
  expect(passed).toBe(answer?.statusCode === 200);
  if (passed) return null;
  const { type } = JSON.parse(answer?.body ?? '{}');
  return { status: answer?.statusCode, type: type.split(':').at(-1), headers: answer?.headers };
};

describe('a change on this machine', () => {
  it.each<[string, Sent]>([
    ['as the command sends it', {}],
    ['with a charset', { headers: { 'content-type': 'Application/JSON; charset=utf-8' } }],
    ['in a lower-case scheme', { headers: { authorization: `bearer ${TOKEN}` } }],
    [
      'without a body, to take something away',
      { method: 'DELETE', headers: { 'content-type': null }, bytes: 0 },
    ],
    ['from a page of its own origin', { headers: { origin: 'http://127.0.0.1:8080' } }],
    ['by a name in another case', { headers: { host: 'LOCALHOST:80', origin: 'http://localhost' } }],
    ['behind a proxy with TLS', { headers: { host: 'abc.example.com', origin: 'https://abc.example.com' } }],
  ])('passes %s', async (_how, sent) => {
    expect(await ask(sent)).toBeNull();
  });

  it.each([
    null,
    '',
    'Bearer',
    'Bearer ',
    `Bearer ${TOKEN.slice(0, -1)}`,
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.toUpperCase()}`,
    `Bearer ${TOKEN},Bearer ${TOKEN}`,
    `Bearer x,Bearer ${TOKEN}`,
    `Basic ${TOKEN}`,
    TOKEN,
    'Bearer undefined',
    'Bearer null',
  ])('is refused with the authorization %j, because any page reaches this machine', async (authorization) => {
    expect(await ask({ headers: { authorization } })).toEqual({
      status: 401,
      type: 'token-required',
      headers: expect.objectContaining({ 'www-authenticate': 'Bearer' }),
    });
  });

  it.each([
    'http://evil.test',
    'https://evil.test',
    'http://evil.test:8080',
    'http://127.0.0.1:8081',
    'http://127.0.0.1',
    'http://localhost:8080',
    'http://127.0.0.1:8080.evil.test',
    'http://127.0.0.1:8080/',
    'http://127.0.0.1:8080@evil.test',
    'http://127.0.0.1:8080,http://evil.test',
    'null',
    '',
    'file://',
    'chrome-extension://abcdefgh',
    'about:blank',
  ])('is refused from the origin %j, with whatever else is right', async (origin) => {
    expect(await ask({ headers: { origin } })).toMatchObject({ status: 403, type: 'cross-site' });
  });

  it('is refused from any origin where no host was called, because nothing says that it is the same', async () => {
    for (const origin of ['http://undefined', 'http://null', 'null'])
      expect(await ask({ headers: { origin, host: null } })).toMatchObject({ status: 403 });
  });

  it.each([
    null,
    '',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain; application/json',
    'application/jsonp',
    'application/json-patch+json',
    'text/plain,application/json',
  ])('is refused with the content type %j, which a form of a page could send', async (type) => {
    expect(await ask({ headers: { 'content-type': type } })).toMatchObject({
      status: 415,
      type: 'json-required',
    });
  });

  it('says nothing of the content type to whoever has no token', async () => {
    expect(await ask({ headers: { authorization: null, 'content-type': null } })).toMatchObject({
      status: 401,
    });
  });

  it('is refused with a body of no type, also where it takes something away', async () => {
    const sent = { method: 'DELETE', headers: { 'content-type': null } };
    expect(await ask(sent)).toMatchObject({ status: 415 });
  });
});
