import type { LatestSummary, RunDocument } from '../../domain/run-document.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { buildLatestSummary } from './build-document.ts';
import { type DocumentOwner, latestKey, latestSummaryKey, runDocumentKey } from './keys.ts';

const toBytes = (artifact: RunDocument | LatestSummary): Buffer =>
  Buffer.from(`${JSON.stringify(artifact, null, 2)}\n`);

/**
 * Writes a run's document and answers its key; with `latest`, what is newest after it. In this order, so that a
 * crash in between leaves older `latest` files that name documents which are there. `nowMs` is epoch milliseconds.
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
