import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3';
import type { NewObject, Objects } from './objects.ts';
import { retry } from './retry.ts';

/** Milliseconds; an object of 4 MB takes well under a second inside a region. */
const TIMEOUTS = { requestTimeout: 2_000, throwOnRequestTimeout: true };

/** Tries of a conditional write under contention. Full jitter, so that colliding writers do not collide again. */
const CONTENDED = { tries: 12, first_ms: 20, longest_ms: 500, by_chance: 1 };

/**
 * S3's errors when a concurrent writer changed the object between our read and our write: 412; 409 while both writes
 * are in flight; 404 if it was deleted. S3 user guide, "How to prevent object overwrites with conditional writes".
 */
const OVERTAKEN = ['PreconditionFailed', 'ConditionalRequestConflict', 'NoSuchKey'];

const isOvertaken = (fault: unknown): boolean => fault instanceof Error && OVERTAKEN.includes(fault.name);

type Condition = Pick<PutObjectCommandInput, 'IfMatch' | 'IfNoneMatch'>;
type Stored = { bytes: Buffer | null; unchanged: Condition };

const ABSENT: Stored = { bytes: null, unchanged: { IfNoneMatch: '*' } };

/** The single calls on one bucket. */
const callsOf = (client: S3Client, Bucket: string) => ({
  read: async (Key: string, abortSignal: AbortSignal): Promise<Stored> => {
    try {
      const { Body, ETag } = await client.send(new GetObjectCommand({ Bucket, Key }), { abortSignal });
      if (!Body || ETag === undefined) throw new TypeError('an object without a body or an ETag');
      return { bytes: Buffer.from(await Body.transformToByteArray()), unchanged: { IfMatch: ETag } };
    } catch (fault) {
      if (fault instanceof Error && fault.name === 'NoSuchKey') return ABSENT;
      throw fault;
    }
  },
  write: async (object: NewObject, abortSignal: AbortSignal, condition: Condition = {}): Promise<void> => {
    const { key: Key, bytes: Body, labels } = object;
    const said = { ContentType: labels.content_type, Tagging: labels.tagging };
    await client.send(new PutObjectCommand({ Bucket, Key, Body, ...said, ...condition }), { abortSignal });
  },
  remove: async (Key: string, abortSignal: AbortSignal): Promise<void> => {
    await client.send(new DeleteObjectCommand({ Bucket, Key }), { abortSignal });
  },
});

/**
 * Objects in a bucket. Throws what the SDK throws. Reading needs s3:GetObject and s3:ListBucket: without the second, S3
 * answers 403 for a missing object, and the first object of a key could never be written.
 *
 * If the answer to a write of ours is lost, the SDK retries it and the condition fails; the next comparison then finds
 * our own object.
 */
export const objectsInS3 = (bucket: string): Objects => {
  const { read, write, remove } = callsOf(new S3Client({ maxAttempts: 3, requestHandler: TIMEOUTS }), bucket);
  const replaceIf: Objects['replaceIf'] = (object, mayReplace, signal) => {
    const compareAndWrite = async (): Promise<void> => {
      const { bytes, unchanged } = await read(object.key, signal);
      if (mayReplace(bytes)) await write(object, signal, unchanged);
    };
    return retry(compareAndWrite, CONTENDED, { mayHeal: isOvertaken, signal });
  };
  return { put: write, replaceIf, get: async (key, signal) => (await read(key, signal)).bytes, remove };
};
