import type { ArtifactStore } from '../artifact/artifact-store.ts';
import { artifactsInBucket } from '../artifact/artifacts-in-bucket.ts';
import { artifactsInFolder } from '../artifact/artifacts-in-folder.ts';
import type { Env } from '../contract/env.ts';
import { openMetrics } from '../platform/metrics.ts';
import type { BatchDeps } from './correlate/batch-deps.ts';
import { openRawBodies, openTable, type Platform, tenantOf } from './deps.ts';

/** The bucket, or the folder that stands for it. */
const openArtifactStore = (env: Env): ArtifactStore =>
  env.ARTIFACTS_BUCKET
    ? artifactsInBucket(env.ARTIFACTS_BUCKET)
    : artifactsInFolder(env.ARTIFACTS_DIR ?? process.cwd());

/** Everything correlation needs, as the environment names it. */
export const openCorrelation = (env: Env, platform: Platform): BatchDeps => ({
  table: openTable(env, platform.dynamodb),
  tenant: tenantOf(platform),
  rawBodies: openRawBodies(env),
  artifacts: openArtifactStore(env),
  git_sha: env.GIT_SHA ?? 'unknown',
  clock: platform.clock,
  log: platform.log,
  count: openMetrics(env),
});
