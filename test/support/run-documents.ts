import { buildDocument } from '../../src/correlate/documents/build-document.ts';
import type { Findings, RunDocument, Stamp } from '../../src/correlate/documents/schema.ts';

/** `nth` is 0 to 999; ids sort as the numbers do. */
export const runIdOf = (nth: number): string => `01KAPZ3M8D0000000000000${String(nth).padStart(3, '0')}`;

export const stampOf = (run_id: string): Stamp => ({
  run_id,
  git_sha: '1234567890abcdef1234567890abcdef12345678',
  generated_at: '2026-11-22T12:00:00.000-07:00',
  timezone: 'America/Phoenix',
});

const NOTHING: Findings = { issues: [], matched: [], stories_without_commits: [], commits_without_story: [] };

/** A document of a run that found `stories` stories, to make it as large as wanted. */
export const documentOf = (runId: string, stories = 1): RunDocument => {
  const found = Array.from({ length: stories }, (_, nth) => ({
    issue_key: `SHOP-${nth + 1}`,
    issue_id: String(10_001 + nth),
    summary: 'Pay by invoice',
    status: 'In Progress',
    fix_versions: ['1.2.0'],
    phoenix_updated_at: '2026-11-22T11:59:00.000-07:00',
  }));
  return buildDocument({ ...NOTHING, stories_without_commits: found }, stampOf(runId), { trigger: 'stream' });
};

/** As it is written. */
export const bytesOf = (document: RunDocument): Buffer =>
  Buffer.from(`${JSON.stringify(document, null, 2)}\n`);
