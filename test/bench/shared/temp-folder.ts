import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that is gone when `owned` is disposed of. */
export const tempFolder = (owned: AsyncDisposableStack): string => {
  const folder = mkdtempSync(join(tmpdir(), 'jira-webhook-sync-bench-'));
  owned.defer(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};
