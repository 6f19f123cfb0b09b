import { toPhoenixIso } from '../domain/instant.ts';

const PREFIX = 'artifacts/issues/wave3/jira_webhook';

export const LATEST_KEY = `${PREFIX}/latest.json`;
export const LATEST_SUMMARY_KEY = `${PREFIX}/latest_summary.json`;

const assertSafe = (runId: string): void => {
  if (!/^[0-9A-Z]{26}$/.test(runId)) throw new TypeError('a run id is 26 digits and capital letters');
};

/**
 * The key of a run document, `…/20261122T120000000-01KAPZ….json`: Phoenix time to the millisecond, then the run.
 * Digits, letters and a dash only, so that it is a name everywhere.
 */
export const runDocumentKey = (nowMs: number, runId: string): string => {
  assertSafe(runId);
  const time = toPhoenixIso(nowMs).slice(0, -'-07:00'.length).replace(/[-:.]/g, '');
  return `${PREFIX}/${time}-${runId}.json`;
};
