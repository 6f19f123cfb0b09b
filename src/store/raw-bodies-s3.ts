import { UnavailableError } from '../errors/errors.ts';
import { type RawBodies, rawBodyKey } from './raw-bodies.ts';

/** Milliseconds; a body of 4 MB takes well under a second inside a region. */
const TIMEOUTS = { connectionTimeout: 500, requestTimeout: 2_000, throwOnRequestTimeout: true };

/** S3 is imported when the first large body needs it: it would add a third to every cold start. */
const connect = async () => {
  const { DeleteObjectCommand, GetObjectCommand, S3Client, PutObjectCommand } = await import(
    '@aws-sdk/client-s3'
  );
  const client = new S3Client({ maxAttempts: 3, requestHandler: TIMEOUTS });
  return { client, DeleteObjectCommand, GetObjectCommand, PutObjectCommand };
};

type Connection = Awaited<ReturnType<typeof connect>>;

const isMissing = (fault: unknown): boolean => fault instanceof Error && fault.name === 'NoSuchKey';

const putObject = async (s3: Connection, address: Address, Body: Uint8Array, abortSignal: AbortSignal) => {
  await s3.client.send(new s3.PutObjectCommand({ ...address, Body }), { abortSignal });
};

const getObject = async (
  s3: Connection,
  address: Address,
  abortSignal: AbortSignal,
): Promise<Buffer | null> => {
  try {
    const { Body } = await s3.client.send(new s3.GetObjectCommand(address), { abortSignal });
    return Body ? Buffer.from(await Body.transformToByteArray()) : null;
  } catch (fault) {
    if (isMissing(fault)) return null;
    throw fault;
  }
};

type Address = { Bucket: string; Key: string };

/** Raw bodies in the artifacts bucket. */
export const rawBodiesInS3 = (bucket: string): RawBodies => {
  let connection: Promise<Connection> | undefined;
  const use = async <T>(work: (s3: Connection) => Promise<T>): Promise<T> => {
    try {
      connection ??= connect();
      return await work(await connection);
    } catch (fault) {
      throw new UnavailableError('artifacts', fault);
    }
  };
  const address = (eventId: string): Address => ({ Bucket: bucket, Key: rawBodyKey(eventId) });
  return {
    put: (eventId, bytes, signal) => use((s3) => putObject(s3, address(eventId), bytes, signal)),
    get: (eventId, signal) => use((s3) => getObject(s3, address(eventId), signal)),
    remove: (eventId, signal) =>
      use(async (s3) => {
        await s3.client.send(new s3.DeleteObjectCommand(address(eventId)), { abortSignal: signal });
      }),
  };
};
