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

/** Compares under contention before giving up. All of a wait by chance, so that writers that met do not meet again. */
const CONTENDED = { tries: 12, first_ms: 20, longest_ms: 500, by_chance: 1 };

/**
 * What S3 says when another writer was there between our read and our write: 412; 409 while both are under way;
 * 404 when the object is gone. S3 user guide, "How to prevent object overwrites with conditional writes".
 */
const OVERTAKEN = ['PreconditionFailed', 'ConditionalRequestConflict', 'NoSuchKey'];

const isOvertaken = (fault: unknown): boolean => fault instanceof Error && OVERTAKEN.includes(fault.name);

type Condition = Pick<PutObjectCommandInput, 'IfMatch' | 'IfNoneMatch'>;
type Stored = { bytes: Buffer | null; unchanged: Condition };

const ABSENT: Stored = { bytes: null, unchanged: { IfNoneMatch: '*' } };

/** One bucket's single calls. */
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
 * answers 403 for an object that is not there, and the first one of a key could never be written.
 *
 * A write of ours whose answer was lost is found by the next compare: the SDK tries it again, is refused, and what
 * is stored is ours.
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
