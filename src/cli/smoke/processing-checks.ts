import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, ListObjectsV2Command, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import * as z from 'zod/mini';
import { type DocumentOwner, runDocumentKey } from '../../correlate/documents/artifact-store.ts';
import {
  afterDelivery,
  type Check,
  describeAnswer,
  failed,
  ok,
  type Result,
  readJson,
  skipped,
  type Taken,
  type World,
} from './check.ts';

const PAUSE_MS = 1_000;

const event = z.object({ processing: z.object({ status: z.string() }) });

/** Polls until there is a result, and one last time after `patience` is aborted. */
const lookUntil = async (
  { patience }: Taken,
  look: () => Promise<Result | null>,
  late: () => Result,
): Promise<Result> => {
  for (;;) {
    const isLast = patience.aborted;
    const result = await look();
    if (result) return result;
    if (isLast) return late();
    await sleep(PAUSE_MS, undefined, { signal: patience }).catch(() => {});
  }
};

const findDocument = async ({ documents }: World, taken: Taken): Promise<Result | null> => {
  const key = await documents?.find(taken.received_ms, taken.event_id);
  return key ? ok(key) : null;
};

/** The path from the table's stream through the function that correlates back to the table. */
const checkProcessed = afterDelivery('event-processed', ({ api, wait_seconds }, taken) => {
  let seen = '';
  const look = async (): Promise<Result | null> => {
    const answer = await api.sendSigned('GET', `/events/${taken.event_id}`);
    const status = readJson(answer, event)?.processing.status;
    seen = status ?? describeAnswer(answer);
    return status === 'processed' ? ok(seen) : status === 'failed' ? failed(seen) : null;
  };
  return lookUntil(taken, look, () => failed(`${seen} after ${wait_seconds} s`));
});

const checkDocument = afterDelivery('run-document', async (world, taken) => {
  if (world.documents === null) return skipped('the bucket is unknown: give --bucket');
  const late = () => failed(`no document names ${taken.event_id} after ${world.wait_seconds} s`);
  return lookUntil(taken, () => findDocument(world, taken), late);
});

/** What happens to the delivery without further requests. */
export const PROCESSING_CHECKS: readonly Check[] = [checkProcessed, checkDocument];

/** Run documents in the bucket. Throws the errors of the SDK. */
export type RunDocuments = {
  /** The key of a document written since then that names the event; null if there is none (yet). */
  find(sinceMs: number, eventId: string): Promise<string | null>;
};

type Where = { bucket: string; owner: DocumentOwner };

/** The clock of the function that writes documents may be behind that of the one that took the delivery. */
const CLOCKS_APART_MS = 5_000;

const FIRST_RUN_ID = '0'.repeat(26);

const document = z.object({ issues: z.array(z.object({ event_id: z.nullable(z.string()) })) });

/** Documents are immutable, so each is read only once. */
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

const namesEvent = (text: string, eventId: string): boolean =>
  document.parse(JSON.parse(text)).issues.some(({ event_id }) => event_id === eventId);

/**
 * Keys begin with the time, so those since then sort after `StartAfter`; `latest`, a copy of one of them, is left out.
 * S3 lists the first 1,000, which is more than a minute's.
 */
const listKeys = async (client: S3Client, { bucket, owner }: Where, sinceMs: number): Promise<string[]> => {
  const StartAfter = runDocumentKey(owner, sinceMs - CLOCKS_APART_MS, FIRST_RUN_ID);
  const Prefix = StartAfter.slice(0, StartAfter.lastIndexOf('/') + 1);
  const command = new ListObjectsV2Command({ Bucket: bucket, Prefix, StartAfter });
  const { Contents = [] } = await client.send(command);
  return Contents.flatMap(({ Key }) => (Key && /\/\d[^/]*\.json$/.test(Key) ? [Key] : []));
};
