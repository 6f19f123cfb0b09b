import type { _Record as StreamRecord } from '@aws-sdk/client-dynamodb-streams';
import type { DynamoDBRecord } from 'aws-lambda';

type Keys = NonNullable<StreamRecord['dynamodb']>['Keys'];

/** All key attributes of the table are strings. */
const toKeys = (keys: Keys = {}): Record<string, { S: string }> =>
  Object.fromEntries(Object.entries(keys).map(([name, value]) => [name, { S: value.S ?? '' }]));

/**
 * A record of the Streams API in the shape Lambda hands over (developer guide, "Using AWS Lambda with Amazon
 * DynamoDB"): the stream's ARN added, the time in epoch seconds. Our stream is `KEYS_ONLY`, so images are left
 * out should there be any.
 */
export const toLambdaRecord = (record: StreamRecord, streamArn: string): DynamoDBRecord => {
  const { eventID, eventName, eventVersion, eventSource, awsRegion, userIdentity, dynamodb = {} } = record;
  const { ApproximateCreationDateTime: created, Keys, SequenceNumber, SizeBytes } = dynamodb;
  return {
    eventID,
    eventName,
    eventVersion,
    eventSource,
    awsRegion,
    eventSourceARN: streamArn,
    dynamodb: {
      ...(created ? { ApproximateCreationDateTime: created.getTime() / 1000 } : {}),
      Keys: toKeys(Keys),
      SequenceNumber,
      SizeBytes,
      StreamViewType: 'KEYS_ONLY',
    },
    ...(userIdentity
      ? { userIdentity: { type: userIdentity.Type, principalId: userIdentity.PrincipalId } }
      : {}),
  };
};

/** A record's place in its shard. */
export const sequenceNumberOf = (record: DynamoDBRecord): string => record.dynamodb?.SequenceNumber ?? '';
