import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEnv } from '../../../src/contract/env.ts';
import { ROUTES } from '../../../src/contract/routes.ts';
import { createHandler, matchRoute } from '../../../src/http/dispatch.ts';
import { localContext } from '../../../src/local/lambda-input.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { anyText } from '../../support/any-text.ts';

const event = {
  version: '2.0',
  routeKey: '$default',
  rawPath: '/health',
  rawQueryString: '',
  headers: {},
  isBase64Encoded: false,
  requestContext: {
    accountId: 'local',
    apiId: 'local',
    domainName: 'localhost',
    domainPrefix: 'localhost',
    requestId: 'request',
    routeKey: '$default',
    stage: '$default',
    time: '',
    timeEpoch: 0,
    http: { method: 'GET', path: '/health', protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: '' },
  },
};

const CONNECTION = 'con_AbCdEfGhIjKlMnOpQrS-_1';

describe('matchRoute', () => {
  it.each([
    ['POST', '/webhooks/jira', { kind: 'found', name: 'jira-webhook', argument: '' }],
    ['POST', '/webhooks/github', { kind: 'found', name: 'github-webhook', argument: '' }],
    ['POST', '/webhooks/bitbucket', { kind: 'found', name: 'bitbucket-webhook', argument: '' }],
    ['POST', '/webhooks/commits', { kind: 'found', name: 'commits-webhook', argument: '' }],
    ['POST', '/webhooks/jira/', { kind: 'found', name: 'jira-webhook', argument: '' }],
    ['POST', '/webhooks/commits/', { kind: 'found', name: 'commits-webhook', argument: '' }],
    ['GET', '/health', { kind: 'found', name: 'health', argument: '' }],
    ['GET', '/issues', { kind: 'found', name: 'list-issues', argument: '' }],
    ['GET', '/issues/ABC-1', { kind: 'found', name: 'get-issue', argument: 'ABC-1' }],
    ['GET', '/issues/10001/events', { kind: 'found', name: 'list-issue-events', argument: '10001' }],
    ['GET', '/events', { kind: 'found', name: 'list-events', argument: '' }],
    ['GET', '/events/evt_1', { kind: 'found', name: 'get-event', argument: 'evt_1' }],
    ['GET', '/stats', { kind: 'found', name: 'stats', argument: '' }],
  ])('finds %s %s, because it is in the contract', (method, path, expected) => {
    expect(matchRoute(method, path)).toEqual(expected);
  });

  it('decodes a segment once, because keys may hold any printable character', () => {
    expect(matchRoute('GET', '/issues/%C3%9C-1')).toMatchObject({ argument: 'Ü-1' });
    expect(matchRoute('GET', '/issues/A%252F1')).toMatchObject({ argument: 'A%2F1' });
  });

  it.each([
    '/issues/%',
    '/issues/%E0%A4%A',
    '/issues/',
    '/issues//events',
    '/',
    '',
    '/webhooks/jira//',
    '/webhooks/jira/x',
    '/webhooks//',
    '/webhooks/',
    '/webhooks/gitea',
    '/webhooks/gitea/',
    '/health/',
    '/issues/ABC-1/',
    '//webhooks/jira/',
    '/webhooks',
    '/ISSUES',
    '/issues/A/b',
  ])('answers not found for %s, because it is no route or does not decode', (path) => {
    expect(matchRoute('GET', path)).toEqual({ kind: 'not-found' });
  });

  it.each([
    ['POST', `/webhooks/${CONNECTION}`, 'connection-webhook'],
    ['POST', `/webhooks/${CONNECTION}/`, 'connection-webhook'],
    ['GET', `/webhooks/${CONNECTION}`, 'connection-status'],
    ['POST', `/webhooks/%63on_${CONNECTION.slice(4)}`, 'connection-webhook'],
    ['POST', `/webhook/agents/${CONNECTION}/webhook`, 'earlier-connection-webhook'],
    ['POST', `/webhook/agents/${CONNECTION}/webhook/`, 'earlier-connection-webhook'],
  ])('finds the connection that %s %s names', (method, path, name) => {
    expect(matchRoute(method, path)).toEqual({ kind: 'found', name, argument: CONNECTION });
  });

  it.each(['/webhook/jira', '/webhook/jira/'])(
    'finds Jira at %s, because earlier receivers had it there',
    (path) => {
      expect(matchRoute('POST', path)).toMatchObject({ kind: 'found', name: 'earlier-jira-webhook' });
    },
  );

  it.each([
    '/webhooks/con_',
    `/webhooks/${CONNECTION}a`,
    `/webhooks/${CONNECTION.slice(0, -1)}`,
    `/webhooks/${CONNECTION.toUpperCase()}`,
    `/webhooks/${CONNECTION}%0A`,
    `/webhooks/${CONNECTION}/x`,
    `/webhook/agents/${CONNECTION}`,
    '/webhook/agents/jira/webhook',
    `/webhook/${CONNECTION}`,
  ])('finds nothing at %s, because it has not the form of a connection’s id', (path) => {
    for (const method of ['GET', 'POST', 'PUT'])
      expect(matchRoute(method, path)).toEqual({ kind: 'not-found' });
  });

  it.each([
    ['PUT', `/webhooks/${CONNECTION}`, 'connection-webhook', 'POST, GET'],
    ['GET', `/webhook/agents/${CONNECTION}/webhook`, 'earlier-connection-webhook', 'POST'],
    ['GET', '/webhook/jira', 'earlier-jira-webhook', 'POST'],
    ['GET', '/webhooks/jira', 'jira-webhook', 'POST'],
    ['GET', '/webhooks/jira/', 'jira-webhook', 'POST'],
    ['PUT', '/webhooks/github', 'github-webhook', 'POST'],
    ['POST', '/issues/ABC-1', 'get-issue', 'GET'],
    ['HEAD', '/health', 'health', 'GET'],
    ['', '/stats', 'stats', 'GET'],
  ])('names what is allowed for %s %s, because a known path must say so', (method, path, name, allow) => {
    expect(matchRoute(method, path)).toEqual({ kind: 'wrong-method', name, allow });
  });

  it('finds below a tenant only what has one, because the address of a sender names none', () => {
    expect(matchRoute('GET', '/issues', true)).toMatchObject({ name: 'list-issues' });
    expect(matchRoute('POST', '/webhooks/jira', true)).toEqual({ kind: 'not-found' });
    expect(matchRoute('GET', '/health', true)).toEqual({ kind: 'not-found' });
  });

  it('never throws, because anybody can send any path', () => {
    fc.assert(
      fc.property(fc.string(), anyText(), (method, path) => {
        expect(['found', 'wrong-method', 'not-found']).toContain(matchRoute(method, path).kind);
      }),
    );
  });

  it('has each path and method once, because the first match would hide the second', () => {
    const all = ROUTES.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('the ring', () => {
  const log = createLogger(readEnv({ LOG_LEVEL: 'silent' }));

  it('answers each request under a run of its own, because several may be given one context', async () => {
    const began: string[] = [];
    const handler = createHandler(
      {
        health: async (_request, _argument, run) => {
          began.push(run.run_id);
          await new Promise((done) => setImmediate(done));
          throw new TypeError('canary');
        },
      },
      { clock: systemClock, log, tenant: 'default' },
    );
    const context = localContext('request', systemClock);
    const answers = await Promise.all([handler(event, context), handler(event, context)]);
    expect(new Set(began).size).toBe(2);
    expect(answers.map(({ body = '' }) => JSON.parse(body).run_id)).toEqual(began);
  });
});

describe('the tenant of a path', () => {
  const log = createLogger(readEnv({ LOG_LEVEL: 'silent' }));
  const asked: string[] = [];
  const handler = createHandler(
    {
      stats: async ({ tenant, path }) => {
        asked.push(`${tenant} ${path}`);
        return { statusCode: 200 };
      },
    },
    { clock: systemClock, log, tenant: 'default' },
  );
  const ask = async (rawPath: string, tenant?: string) => {
    asked.length = 0;
    const http = { method: 'GET', path: rawPath, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: '' };
    const requestContext = { ...event.requestContext, http };
    const pathParameters = tenant === undefined ? {} : { pathParameters: { tenant } };
    const sent = { ...event, rawPath, requestContext, ...pathParameters };
    const { statusCode } = await handler(sent, localContext('request', systemClock));
    return asked[0] ?? statusCode;
  };

  it('is that of the prefix, because IAM allows by path', async () => {
    expect(await ask('/t/retail/stats', 'retail')).toBe('retail /stats');
    expect(await ask('/t/default/stats', 'default')).toBe('default /stats');
    expect(await ask('/stats')).toBe('default /stats');
  });

  it.each([
    ['/t/%72etail/stats', 'retail'],
    ['/t/retail/stats', 'other'],
    ['/t/retail/stats', undefined],
    ['/t/Retail/stats', 'Retail'],
    [`/t/${'a'.repeat(65)}/stats`, 'a'.repeat(65)],
    ['/t//stats', ''],
    ['/t/retail', 'retail'],
    ['/t/', undefined],
    ['/t', undefined],
    ['/t/retail/t/other/stats', 'retail'],
  ])('is none for %s read as %s, because two readings of one path are a way in', async (path, tenant) => {
    expect(await ask(path, tenant)).toBe(404);
  });

  it('is not chosen beside the path, because anybody can add a parameter', async () => {
    expect(await ask('/stats', 'retail')).toBe('default /stats');
  });
});
