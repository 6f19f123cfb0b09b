import { toPhoenixIso } from '../domain/instant.ts';
import { DEFAULT_TENANT } from '../domain/tenant.ts';

const FOLDER = 'issues/wave3/jira_webhook';

/** Where a tenant's documents lie; those of the built-in sources have always lain without a tenant in their keys. */
const folderOf = (tenant: string): string =>
  tenant === DEFAULT_TENANT ? `artifacts/${FOLDER}` : `artifacts/tenants/${tenant}/${FOLDER}`;

export const latestKey = (tenant: string): string => `${folderOf(tenant)}/latest.json`;
export const latestSummaryKey = (tenant: string): string => `${folderOf(tenant)}/latest_summary.json`;

const assertSafe = (runId: string): void => {
  if (!/^[0-9A-Z]{26}$/.test(runId)) throw new TypeError('a run id is 26 digits and capital letters');
};

/**
 * The key of a run document, `…/20261122T120000000-01KAPZ….json`: Phoenix time to the millisecond, then the run.
 * Digits, letters and a dash only, so that it is a name everywhere.
 */
export const runDocumentKey = (tenant: string, nowMs: number, runId: string): string => {
  assertSafe(runId);
  const time = toPhoenixIso(nowMs).slice(0, -'-07:00'.length).replace(/[-:.]/g, '');
  return `${folderOf(tenant)}/${time}-${runId}.json`;
};
