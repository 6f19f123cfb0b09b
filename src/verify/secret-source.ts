import type { SigningKey } from './secret-document.ts';

/** Where the verifier gets its keys. No method rejects. */
export type SecretSource = {
  /** The keys as known now; null when none could be had: the sender should come again. */
  keys(): Promise<readonly SigningKey[] | null>;
  /** Looks again, if it may, because a well-formed signature matched nothing; answers with what is known then. */
  refreshAfterMismatch(): Promise<{ keys: readonly SigningKey[]; lastRefreshFailed: boolean }>;
};

/** The local override `JIRA_WEBHOOK_SECRET`: one key from the environment that never changes. */
export const overrideSecret = (secret: string): SecretSource => {
  const keys = [{ name: 'JIRA_WEBHOOK_SECRET', key: Buffer.from(secret), until: null }];
  return {
    keys: async () => keys,
    refreshAfterMismatch: async () => ({ keys, lastRefreshFailed: false }),
  };
};
