import type { SigningKey } from './secret-document.ts';

/** Where the verifier gets its keys. No method rejects. */
export type SecretSource = {
  /** The keys as known now; null when none could be had: the sender should come again. */
  keys(): Promise<readonly SigningKey[] | null>;
  /** Looks again, if it may, because a well-formed signature matched nothing; answers with what is known then. */
  refreshAfterMismatch(): Promise<{ keys: readonly SigningKey[]; lastRefreshFailed: boolean }>;
};

const unchanging = (keys: readonly SigningKey[]): SecretSource => ({
  keys: async () => keys,
  refreshAfterMismatch: async () => ({ keys, lastRefreshFailed: false }),
});

/** A local override: one key that never changes, named after the variable of the environment it is from. */
export const overrideSecret = (variable: string, secret: string): SecretSource =>
  unchanging([{ name: variable, key: Buffer.from(secret), until: null }]);

/** For a source that has neither an override nor a place to look: it is off. */
export const noSecret: SecretSource = unchanging([]);
