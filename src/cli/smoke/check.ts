import type { Api } from './api.ts';
import type { RunDocuments } from './run-documents.ts';

/** `seen`: what came, in a few words; never a secret, a signature or a body. */
export type Result = { state: 'ok' | 'failed' | 'skipped'; seen: string };

/** The delivery of this run, once it was taken. Its body is kept to send the same bytes again. */
export type Taken = {
  body: Buffer;
  signature: string;
  event_id: string;
  received_ms: number;
  /** Within this it should be processed. */
  patience: AbortSignal;
};

/** What the checks work with. */
export type World = {
  api: Api;
  /** The key that deliveries are signed with. @throws CommandError */
  readSecret(): Promise<Uint8Array>;
  /** Null when nobody says which bucket. */
  documents: RunDocuments | null;
  /** How long after the answer a delivery may take to be processed (seconds). */
  wait_seconds: number;
  /** Whether `throttling` may send its burst. */
  burst: boolean;
  /** `signed-delivery` sets it, and what comes after needs it. */
  taken: Taken | null;
};

/** One property of the deployment. What `run` throws counts as failed. */
export type Check = { name: string; run(world: World): Promise<Result> };

export const ok = (seen: string): Result => ({ state: 'ok', seen });
export const failed = (seen: string): Result => ({ state: 'failed', seen });
export const skipped = (seen: string): Result => ({ state: 'skipped', seen });

/** Of several: what failed if any did, else what all of them saw. The same is told once. */
export const together = (results: readonly Result[]): Result => {
  const wrong = results.filter(({ state }) => state === 'failed');
  const told = new Set((wrong.length > 0 ? wrong : results).map(({ seen }) => seen));
  return { state: wrong.length > 0 ? 'failed' : 'ok', seen: [...told].join('; ') };
};

/** A check of what became of the delivery; skipped when none was taken. */
export const afterDelivery = (name: string, run: (world: World, taken: Taken) => Promise<Result>): Check => ({
  name,
  run: async (world) => (world.taken ? run(world, world.taken) : skipped('no delivery was taken')),
});
