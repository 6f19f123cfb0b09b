import { vi } from 'vitest';
import { type FakeS3, startS3 } from '../../support/s3.ts';

export const BUCKET = 'artifacts-of-the-tests';

/** Starts an S3 that clients of this process find by the environment. */
export const startBucket = async (): Promise<FakeS3> => {
  const s3 = await startS3(BUCKET);
  vi.stubEnv('AWS_ENDPOINT_URL_S3', s3.endpoint);
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example');
  return s3;
};
