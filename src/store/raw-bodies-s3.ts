import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { QUARANTINED_TAG } from '../contract/artifacts.ts';
import { type RawBodies, rawBodyKey } from './raw-bodies.ts';

/** Milliseconds; a body of 4 MB takes well under a second inside a region. */
const TIMEOUTS = { requestTimeout: 2_000, throwOnRequestTimeout: true };

const nullWhenMissing = (fault: unknown): null => {
  if (fault instanceof Error && fault.name === 'NoSuchKey') return null;
  throw fault;
};

/** Raw bodies in a bucket. Throws what the SDK throws. */
export const rawBodiesInS3 = (bucket: string): RawBodies => {
  const client = new S3Client({ maxAttempts: 3, requestHandler: TIMEOUTS });
  const address = (eventId: string) => ({ Bucket: bucket, Key: rawBodyKey(eventId) });
  const read = async (eventId: string, abortSignal: AbortSignal): Promise<Buffer | null> => {
    const { Body } = await client.send(new GetObjectCommand(address(eventId)), { abortSignal });
    return Body ? Buffer.from(await Body.transformToByteArray()) : null;
  };
  return {
    put: async (eventId, Body, quarantined, abortSignal) => {
      const put = { ...address(eventId), Body, Tagging: `${QUARANTINED_TAG}=${quarantined}` };
      await client.send(new PutObjectCommand(put), { abortSignal });
    },
    get: (eventId, abortSignal) => read(eventId, abortSignal).catch(nullWhenMissing),
    remove: async (eventId, abortSignal) => {
      await client.send(new DeleteObjectCommand(address(eventId)), { abortSignal });
    },
  };
};
