import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { sequenceNumberOf, toEvent, toLambdaRecord } from '../../../src/local/lambda-input.ts';

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

  it('does without what a broken connection cannot give, because an answer is due all the same', () => {
    const event = eventOf({ rawHeaders: ['Odd'] });
    expect(event).toMatchObject({ rawPath: '/', headers: { odd: '' } });
    expect(event.requestContext.http).toMatchObject({ method: '', sourceIp: '' });
  });
});

const ARN = 'arn:aws:dynamodb:eu-central-1:1:table/jira/stream/now';

describe('a record of the stream as Lambda hands it over', () => {
  it('has its time in seconds and only its keys, because that is what our stream is set to hold', () => {
    const record = toLambdaRecord(
      {
        eventName: 'INSERT',
        dynamodb: {
          ApproximateCreationDateTime: new Date(5_000),
          Keys: { pk: { S: 'E#1' }, sk: { S: 'E' } },
          NewImage: { body: { S: 'large' } },
          SequenceNumber: '7',
        },
      },
      ARN,
    );
    expect(record.dynamodb).toEqual({
      ApproximateCreationDateTime: 5,
      Keys: { pk: { S: 'E#1' }, sk: { S: 'E' } },
      SequenceNumber: '7',
      StreamViewType: 'KEYS_ONLY',
    });
    expect([record.eventSourceARN, sequenceNumberOf(record)]).toEqual([ARN, '7']);
  });

  it('names who expired an item, because a function may want to distinguish that from a deletion', () => {
    const userIdentity = { Type: 'Service', PrincipalId: 'dynamodb.amazonaws.com' };
    const record = toLambdaRecord({ eventName: 'REMOVE', userIdentity }, ARN);
    expect(record.userIdentity).toEqual({ type: 'Service', principalId: 'dynamodb.amazonaws.com' });
  });

  it('holds an empty key where a compatible server leaves its text out, so that one record stops nothing', () => {
    const record = toLambdaRecord({ dynamodb: { Keys: { pk: { N: '1' } } } }, ARN);
    expect(record.dynamodb?.Keys).toEqual({ pk: { S: '' } });
    expect(toLambdaRecord({}, ARN).dynamodb?.Keys).toEqual({});
  });

  it('has no place where it names none', () => {
    expect([sequenceNumberOf({}), sequenceNumberOf({ dynamodb: {} })]).toEqual(['', '']);
  });
});
