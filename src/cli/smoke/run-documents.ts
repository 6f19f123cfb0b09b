import { GetObjectCommand, ListObjectsV2Command, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import * as z from 'zod/mini';
import { type DocumentOwner, runDocumentKey } from '../../correlate/documents/keys.ts';

/** Run documents in the bucket. Throws what the SDK throws. */
export type RunDocuments = {
  /** The key of one written since then that names the event; null when there is none (yet). */
  find(sinceMs: number, eventId: string): Promise<string | null>;
};

type Where = { bucket: string; owner: DocumentOwner };

/** The clock of the function that writes documents may be behind the one that took the delivery. */
const CLOCKS_APART_MS = 5_000;

const FIRST_RUN_ID = '0'.repeat(26);

const document = z.object({ issues: z.array(z.object({ event_id: z.nullable(z.string()) })) });

/**
 * Keys begin with the time, so those since then come after this one; `latest` is a copy of one of them. S3 lists
 * the first 1,000, which is more than a minute's.
 */
const listKeys = async (client: S3Client, { bucket, owner }: Where, sinceMs: number): Promise<string[]> => {
  const StartAfter = runDocumentKey(owner, sinceMs - CLOCKS_APART_MS, FIRST_RUN_ID);
  const Prefix = StartAfter.slice(0, StartAfter.lastIndexOf('/') + 1);
  const command = new ListObjectsV2Command({ Bucket: bucket, Prefix, StartAfter });
  const { Contents = [] } = await client.send(command);
  return Contents.flatMap(({ Key }) => (Key && /\/\d[^/]*\.json$/.test(Key) ? [Key] : []));
};

const namesEvent = (text: string, eventId: string): boolean =>
  document.parse(JSON.parse(text)).issues.some(({ event_id }) => event_id === eventId);

/** Documents are never changed, so each is read once. */
export const openRunDocuments = (where: Where, settings: S3ClientConfig): RunDocuments => {
  const client = new S3Client(settings);
  const others = new Set<string>();
  const isIt = async (key: string, eventId: string): Promise<boolean> => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: where.bucket, Key: key }));
    return namesEvent((await Body?.transformToString()) ?? '', eventId);
  };
  return {
    find: async (sinceMs, eventId) => {
      for (const key of await listKeys(client, where, sinceMs)) {
        if (others.has(key)) continue;
        if (await isIt(key, eventId)) return key;
        others.add(key);
      }
      return null;
    },
  };
};
