import { describe, expect, it } from 'vitest';
import { noSecret, overrideSecret } from '../../../src/verify/secret-source.ts';

describe('a secret that never changes', () => {
  it('is one key by the name of its variable, and looking again finds the same', async () => {
    const source = overrideSecret('JIRA_WEBHOOK_SECRET', 'grün');
    const keys = [{ name: 'JIRA_WEBHOOK_SECRET', key: Buffer.from('grün'), until: null }];
    expect(await source.keys()).toEqual(keys);
    expect(await source.refreshAfterMismatch()).toEqual({ keys, lastRefreshFailed: false });
  });

  it('is no key at all for a source that is off, so that nothing verifies', async () => {
    expect(await noSecret.keys()).toEqual([]);
    expect(await noSecret.refreshAfterMismatch()).toEqual({ keys: [], lastRefreshFailed: false });
  });
});
