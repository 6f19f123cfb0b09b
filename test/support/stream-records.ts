import type { DynamoDBRecord } from 'aws-lambda';

type RecordParts = { eventName?: 'INSERT' | 'MODIFY' | 'REMOVE'; sequenceNumber?: string };

/** A record of a `KEYS_ONLY` stream as Lambda hands it over. */
export const streamRecord = (pk: string, sk: string, parts: RecordParts = {}): DynamoDBRecord => {
  const { eventName = 'INSERT', sequenceNumber = '100000000000000000001' } = parts;
  return {
    eventID: `id-${sequenceNumber}`,
    eventName,
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'eu-central-1',
    eventSourceARN: 'arn:aws:dynamodb:eu-central-1:123456789012:table/some/stream/2024-05-01T00:00:00.000',
    dynamodb: {
      ApproximateCreationDateTime: 1_714_521_600,
      Keys: { pk: { S: pk }, sk: { S: sk } },
      SequenceNumber: sequenceNumber,
      SizeBytes: 40,
      StreamViewType: 'KEYS_ONLY',
    },
  };
};

/** As DynamoDB's expiry removes an item (developer guide, "DynamoDB Streams and Time to Live"). */
export const EXPIRY = { type: 'Service', principalId: 'dynamodb.amazonaws.com' };
