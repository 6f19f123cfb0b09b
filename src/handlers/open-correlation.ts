import type { ArtifactStore } from '../artifact/artifact-store.ts';
import { artifactsInBucket } from '../artifact/artifacts-in-bucket.ts';
import { artifactsInFolder } from '../artifact/artifacts-in-folder.ts';
import type { Env } from '../contract/env.ts';
import { DEFAULT_TENANT } from '../domain/tenant.ts';
import { openMetrics } from '../platform/metrics.ts';
import type { BatchDeps } from './correlate/batch-deps.ts';
import { openRawBodies, openTable, type Platform } from './deps.ts';

/** The bucket, or the folder that stands for it. */
const openArtifactStore = (env: Env): ArtifactStore =>
  env.ARTIFACTS_BUCKET
    ? artifactsInBucket(env.ARTIFACTS_BUCKET)
    : artifactsInFolder(env.ARTIFACTS_DIR ?? process.cwd());

/** Everything correlation needs, as the environment names it. */
export const openCorrelation = (env: Env, { clock, log, dynamodb }: Platform): BatchDeps => ({
  table: openTable(env, dynamodb),
  tenant: DEFAULT_TENANT,
  rawBodies: openRawBodies(env),
  artifacts: openArtifactStore(env),
  git_sha: env.GIT_SHA ?? 'unknown',
  clock,
  log,
  count: openMetrics(env),
});
