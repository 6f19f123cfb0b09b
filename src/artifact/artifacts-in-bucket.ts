import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, PutObjectCommand, type PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3';
import { UnavailableError } from '../errors/errors.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { compareRun } from './stored-run.ts';

/** Milliseconds; a document of a batch takes well under a second inside a region. */
const TIMEOUTS = { requestTimeout: 2_000, throwOnRequestTimeout: true };

/** Compares under contention before giving up, and the longest wait before each (milliseconds, doubled each time). */
const TRIES = 12;
const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 500;

/**
 * What S3 says when another writer was there between our read and our write: 412; 409 while both are under way;
 * 404 when the object is gone. S3 user guide, "How to prevent object overwrites with conditional writes".
 */
const OVERTAKEN = ['PreconditionFailed', 'ConditionalRequestConflict', 'NoSuchKey'];

const isOvertaken = (fault: unknown): boolean => fault instanceof Error && OVERTAKEN.includes(fault.name);

/** Random, so that writers that met do not meet again. */
const longestWait = (tried: number): number => Math.min(FIRST_WAIT_MS * 2 ** (tried - 1), LONGEST_WAIT_MS);

type Condition = Pick<PutObjectCommandInput, 'IfMatch' | 'IfNoneMatch'>;
type Stored = { bytes: Uint8Array | null; unchanged: Condition };

const ABSENT: Stored = { bytes: null, unchanged: { IfNoneMatch: '*' } };

/** One object. Throws what the SDK throws. */
const s3Object = (client: S3Client, address: { Bucket: string; Key: string }, abortSignal: AbortSignal) => ({
  read: async (): Promise<Stored> => {
    try {
      const { Body, ETag } = await client.send(new GetObjectCommand(address), { abortSignal });
      if (!Body || ETag === undefined) throw new TypeError('an object without a body or an ETag');
      return { bytes: await Body.transformToByteArray(), unchanged: { IfMatch: ETag } };
    } catch (fault) {
      if (fault instanceof Error && fault.name === 'NoSuchKey') return ABSENT;
      throw fault;
    }
  },
  write: async (Body: Uint8Array, condition: Condition = {}): Promise<void> => {
    const put = { ...address, Body, ContentType: 'application/json', ...condition };
    await client.send(new PutObjectCommand(put), { abortSignal });
  },
});

type S3Object = ReturnType<typeof s3Object>;

/**
 * A write of ours whose answer was lost is found by the next compare: the SDK tries it again, is refused, and what
 * lies there is this run's.
 */
const compareAndWrite = async (object: S3Object, bytes: Uint8Array, runId: string): Promise<boolean> => {
  const stored = await object.read();
  const standing = compareRun(stored.bytes, runId);
  if (standing === 'older') await object.write(bytes, stored.unchanged);
  return standing !== 'newer';
};

const replace = async (object: S3Object, bytes: Uint8Array, runId: string, signal: AbortSignal) => {
  for (let tried = 1; ; tried++) {
    try {
      return await compareAndWrite(object, bytes, runId);
    } catch (fault) {
      if (!isOvertaken(fault) || tried === TRIES) throw fault;
    }
    await sleep(Math.random() * longestWait(tried), undefined, { signal });
  }
};

const orUnavailable = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (fault) {
    throw new UnavailableError('artifacts', fault);
  }
};

/**
 * Artifacts in a bucket. It needs s3:GetObject, s3:PutObject and s3:ListBucket: without the last one, S3 answers
 * 403 for an object that is not there, and the first `latest` could never be written.
 */
export const artifactsInBucket = (bucket: string): ArtifactStore => {
  const client = new S3Client({ maxAttempts: 3, requestHandler: TIMEOUTS });
  const object = (Key: string, signal: AbortSignal) => s3Object(client, { Bucket: bucket, Key }, signal);
  return {
    put: (key, bytes, signal) => orUnavailable(() => object(key, signal).write(bytes)),
    replaceIfNewer: (key, bytes, runId, signal) =>
      orUnavailable(() => replace(object(key, signal), bytes, runId, signal)),
  };
};
