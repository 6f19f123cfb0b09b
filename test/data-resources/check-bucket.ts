import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { expectFact, type Finding, seeFact } from './findings.ts';

/** What the bucket that came up shows of the template. */
export const checkBucket = async (client: S3Client, Bucket: string): Promise<Finding[]> => {
  const there = await client.send(new HeadBucketCommand({ Bucket })).then(
    () => true,
    () => false,
  );
  return [
    expectFact('bucket: is there', there),
    await seeFact('bucket: encryption', async () => {
      const { ServerSideEncryptionConfiguration } = await client.send(
        new GetBucketEncryptionCommand({ Bucket }),
      );
      return (ServerSideEncryptionConfiguration?.Rules ?? []).length > 0;
    }),
    await seeFact('bucket: versions', async () => {
      const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket }));
      return Status === 'Enabled';
    }),
    await seeFact('bucket: not public', async () => {
      const { PublicAccessBlockConfiguration } = await client.send(
        new GetPublicAccessBlockCommand({ Bucket }),
      );
      return PublicAccessBlockConfiguration?.BlockPublicPolicy === true;
    }),
    await seeFact('bucket: expiry of raw bodies', async () => {
      const { Rules = [] } = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
      return Rules.some(({ ID }) => ID === 'raw-bodies');
    }),
  ];
};
