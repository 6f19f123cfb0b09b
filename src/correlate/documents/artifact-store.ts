import type { Objects } from '../../platform/objects.ts';
import { compareRun } from './stored-run.ts';

/** Where documents lie, by key. What lies there is whole or absent. */
export type ArtifactStore = {
  /** Durable when it resolves; what lay there is replaced. @throws UnavailableError */
  put(key: string, bytes: Uint8Array, signal: AbortSignal): Promise<void>;
  /**
   * Replaces what lies there unless its `run_id` is greater, however many writers try at once. What has no
   * readable `run_id` counts as older. True when this run's bytes lie there afterwards, or did already (a first
   * attempt whose answer was lost); false when a newer run has the place. @throws UnavailableError
   */
  replaceIfNewer(key: string, bytes: Uint8Array, runId: string, signal: AbortSignal): Promise<boolean>;
};

/** A browser shows it then. */
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
