import type { Scheme } from '../domain/source.ts';
import type { ParsedCommits } from './shared/recognised.ts';

/** The properties of a sender that do not depend on its bodies. */
export type Sender = {
  /** The headers with the id of a delivery and with its event; lower case, null if the sender has none. */
  headers: { identifier: string | null; event: string | null };
  scheme: Scheme;
  /** Where an admin enters its secret, as a sentence. */
  secret_goes: string;
  /** What an admin should check if a body is not JSON, as a sentence. */
  no_json: string;
};

export type CommitSender = Sender & {
  /**
   * Recognises a body, or returns the problem for which it is quarantined. Never throws.
   * @param eventName the event header. It is unsigned, so it only names the event.
   */
  parse: (bytes: Uint8Array, eventName: string | null) => ParsedCommits;
};
