import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { toEvent } from '../../../src/local/http-event.ts';

const requestOf = (parts: Partial<IncomingMessage>): IncomingMessage =>
  Object.assign(new IncomingMessage(new Socket()), { httpVersion: '1.1', ...parts });

const eventOf = (parts: Partial<IncomingMessage>, body = '') =>
  toEvent(requestOf(parts), Buffer.from(body), 0);

describe('a request as the event that API Gateway makes of it', () => {
  it('joins repeated headers and parameters with a comma, because the gateway does', () => {
    const event = eventOf({
      method: 'GET',
      url: '/issues?a=1&b=2&a=3',
      rawHeaders: ['X-One', '1', 'x-one', '2', 'User-Agent', 'tests'],
    });
    expect(event.headers).toMatchObject({ 'x-one': '1,2', 'user-agent': 'tests' });
    expect(event.queryStringParameters).toEqual({ a: '1,3', b: '2' });
    expect(event.requestContext.http.userAgent).toBe('tests');
  });

  it.each([
    ['http://host.example/a/b?c=1', '/a/b', 'c=1'],
    ['HTTPS://host.example', '/', ''],
    ['?c=1', '/', 'c=1'],
    ['', '/', ''],
  ])('reads the target %j as a proxy may send it', (url, path, query) => {
    const event = eventOf({ method: 'GET', url });
    expect([event.rawPath, event.rawQueryString]).toEqual([path, query]);
  });

  it('does without what a broken connection cannot tell, because an answer is due all the same', () => {
    const event = eventOf({ rawHeaders: ['Odd'] });
    expect(event).toMatchObject({ rawPath: '/', headers: { odd: '' } });
    expect(event.requestContext.http).toMatchObject({ method: '', sourceIp: '' });
  });
});
