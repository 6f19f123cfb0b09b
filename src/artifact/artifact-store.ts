/** Where artifacts lie, by key: a bucket, or a folder that stands for it. What lies there is whole or absent. */
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
