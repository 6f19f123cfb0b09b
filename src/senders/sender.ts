import type { Scheme } from '../domain/source.ts';
import type { ParsedCommits } from './shared/recognised.ts';

/** What is known of a source without its bodies. */
export type Sender = {
  /** The headers in which it names a delivery, and what that is about; lower case, null where it has none. */
  headers: { identifier: string | null; event: string | null };
  scheme: Scheme;
  /** Where an admin enters its secret, as a sentence. */
  secret_goes: string;
  /** What an admin may look at where a body is no JSON, as a sentence. */
  no_json: string;
};

export type CommitSender = Sender & {
  /**
   * A body, recognised, or the problem under which it is quarantined. Never throws.
   * @param eventName the event header. It is unsigned: it names the event and decides nothing.
   */
  parse: (bytes: Uint8Array, eventName: string | null) => ParsedCommits;
};
