import { toPhoenixIso } from '../../domain/instant.ts';

const FOLDER = 'issues/wave3/jira_webhook';

/** Whose documents they are; those of `home`, the tenant of the built-in sources, lie without a tenant in their keys. */
export type DocumentOwner = { tenant: string; home: string };

const folderOf = ({ tenant, home }: DocumentOwner): string =>
  tenant === home ? `artifacts/${FOLDER}` : `artifacts/tenants/${tenant}/${FOLDER}`;

export const latestKey = (owner: DocumentOwner): string => `${folderOf(owner)}/latest.json`;
export const latestSummaryKey = (owner: DocumentOwner): string => `${folderOf(owner)}/latest_summary.json`;

const assertSafe = (runId: string): void => {
  if (!/^[0-9A-Z]{26}$/.test(runId)) throw new TypeError('a run id is 26 digits and capital letters');
};

/**
 * The key of a run document, `…/20261122T120000000-01KAPZ….json`: Phoenix time to the millisecond, then the run.
 * Digits, letters and a dash only, so that it is a name everywhere.
 */
export const runDocumentKey = (owner: DocumentOwner, nowMs: number, runId: string): string => {
  assertSafe(runId);
  const time = toPhoenixIso(nowMs).slice(0, -'-07:00'.length).replace(/[-:.]/g, '');
  return `${folderOf(owner)}/${time}-${runId}.json`;
};
