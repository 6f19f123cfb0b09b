import * as z from 'zod/mini';
import { toPhoenixIso } from '../../domain/instant.ts';
import type { Objects } from '../../platform/objects.ts';
import { RUN_ID } from '../../platform/run-id.ts';
import { buildLatestSummary } from './build-document.ts';
import type { LatestSummary, RunDocument } from './schema.ts';

/** Where documents are stored, by key. Each is stored whole or not at all. */
export type ArtifactStore = {
  /** Stores or replaces a document; durable when it resolves. @throws UnavailableError */
  put(key: string, bytes: Uint8Array, signal: AbortSignal): Promise<void>;
  /**
   * Replaces a document unless the stored `run_id` is greater, even with concurrent writers. Anything without a
   * readable `run_id` counts as older. True when this run's bytes are stored afterwards, or were already (a first
   * attempt whose answer was lost); false when those of a newer run are. @throws UnavailableError
   */
  replaceIfNewer(key: string, bytes: Uint8Array, runId: string, signal: AbortSignal): Promise<boolean>;
};

/** Whose documents they are; those of `home`, the tenant of the built-in sources, have no tenant in their keys. */
export type DocumentOwner = { tenant: string; home: string };

/**
 * Writes a run's document and returns its key; with `latest`, then updates the `latest` files. In this order, so that
 * after a crash in between the older `latest` files still name documents that exist. `nowMs` is epoch milliseconds.
 * @throws UnavailableError
 */
export const writeRun = async (
  store: ArtifactStore,
  owner: DocumentOwner,
  document: RunDocument,
  nowMs: number,
  { latest }: { latest: boolean },
  signal: AbortSignal,
): Promise<string> => {
  const key = runDocumentKey(owner, nowMs, document.run_id);
  const bytes = toBytes(document);
  await store.put(key, bytes, signal);
  if (!latest) return key;
  await store.replaceIfNewer(latestKey(owner), bytes, document.run_id, signal);
  const summary = toBytes(buildLatestSummary(document, key));
  await store.replaceIfNewer(latestSummaryKey(owner), summary, document.run_id, signal);
  return key;
};

/**
 * The key of a run document, `…/20261122T120000000-01KAPZ….json`: Phoenix time to the millisecond, then the run.
 * Digits, letters and a dash only, so that the name is valid everywhere.
 */
export const runDocumentKey = (owner: DocumentOwner, nowMs: number, runId: string): string => {
  assertSafe(runId);
  const time = toPhoenixIso(nowMs).slice(0, -'-07:00'.length).replace(/[-:.]/g, '');
  return `${folderOf(owner)}/${time}-${runId}.json`;
};

const assertSafe = (runId: string): void => {
  if (!/^[0-9A-Z]{26}$/.test(runId)) throw new TypeError('a run id is 26 digits and capital letters');
};

const FOLDER = 'issues/wave3/jira_webhook';

const folderOf = ({ tenant, home }: DocumentOwner): string =>
  tenant === home ? `artifacts/${FOLDER}` : `artifacts/tenants/${tenant}/${FOLDER}`;

const toBytes = (artifact: RunDocument | LatestSummary): Buffer =>
  Buffer.from(`${JSON.stringify(artifact, null, 2)}\n`);

export const latestKey = (owner: DocumentOwner): string => `${folderOf(owner)}/latest.json`;

export const latestSummaryKey = (owner: DocumentOwner): string => `${folderOf(owner)}/latest_summary.json`;

/** So that a browser displays it. */
const labels = { content_type: 'application/json' };

/** Documents among the objects of a bucket or folder. */
export const artifactsIn = (objects: Objects): ArtifactStore => ({
  put: (key, bytes, signal) => objects.put({ key, bytes, labels }, signal),
  replaceIfNewer: async (key, bytes, runId, signal) => {
    let standing = compareRun(null, runId);
    const isOlder = (stored: Uint8Array | null): boolean => {
      standing = compareRun(stored, runId);
      return standing === 'older';
    };
    await objects.replaceIf({ key, bytes, labels }, isOlder, signal);
    return standing !== 'newer';
  },
});

/** Compares stored bytes (null: none) with a run. Anything but a run's document is older than any run. */
export const compareRun = (stored: Uint8Array | null, runId: string): 'older' | 'same' | 'newer' => {
  const storedId = stored && runIdIn(stored);
  if (storedId === null || storedId < runId) return 'older';
  return storedId === runId ? 'same' : 'newer';
};

const stamped = z.object({ run_id: z.string().check(z.regex(RUN_ID)) });

const runIdIn = (bytes: Uint8Array): string | null => {
  try {
    return stamped.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))).run_id;
  } catch {
    return null;
  }
};
