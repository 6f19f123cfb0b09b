import { describe, expect, it } from 'vitest';
import { sequenceNumberOf, toLambdaRecord } from '../../../../src/local/poller/lambda-record.ts';

const ARN = 'arn:aws:dynamodb:eu-central-1:1:table/jira/stream/now';

describe('a record of the stream as Lambda hands it over', () => {
  it('has its time in seconds and only its keys, because that is what our stream is told to hold', () => {
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

  it('names who expired an item, because a function may want to tell that from a deletion', () => {
    const userIdentity = { Type: 'Service', PrincipalId: 'dynamodb.amazonaws.com' };
    const record = toLambdaRecord({ eventName: 'REMOVE', userIdentity }, ARN);
    expect(record.userIdentity).toEqual({ type: 'Service', principalId: 'dynamodb.amazonaws.com' });
  });

  it('holds an empty key where a compatible server leaves its text out, so that one record stops nothing', () => {
    const record = toLambdaRecord({ dynamodb: { Keys: { pk: { N: '1' } } } }, ARN);
    expect(record.dynamodb?.Keys).toEqual({ pk: { S: '' } });
    expect(toLambdaRecord({}, ARN).dynamodb?.Keys).toEqual({});
  });

  it('has no place where it tells none', () => {
    expect([sequenceNumberOf({}), sequenceNumberOf({ dynamodb: {} })]).toEqual(['', '']);
  });
});
