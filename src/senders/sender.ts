import type { Scheme } from '../domain/source.ts';

/** What is known of a source without its bodies. */
export type Sender = {
  /** The headers in which it names a delivery, and what that is about; lower case, null where it has none. */
  headers: { identifier: string | null; event: string | null };
  scheme: Scheme;
  /** Where an admin enters its secret, as a sentence. */
  secret_goes: string;
};
