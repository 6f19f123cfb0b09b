import type { FieldError } from '../../domain/delivery.ts';
import type { Json, JsonObject } from '../../domain/json.ts';

/**
 * A commit of our own format. Sha and pull request id keep the limits; `committed_at` is epoch milliseconds, null if it
 * names no instant from 1970 to 9999; texts are as sent.
 */
export type ListedCommit = {
  sha: string;
  message: string;
  author: string;
  committed_at: number | null;
  branch?: string | null | undefined;
  pull_request?:
    | { id: string; title: string; body?: string | null | undefined; url?: string | null | undefined }
    | null
    | undefined;
};

/**
 * A delivery of commits whose repository keeps the limits. Of what GitHub and Bitbucket sent below that, only
 * what is named here is known: normalize reads it and leaves out what it cannot read. `unread`: paths of parts that
 * list commits in another shape. `host_id`: the host's id of the repository, with the host's name before it, if it says one. `from`: the
 * name before a rename, `at`: what the body says of its time.
 */
export type RecognisedCommits = {
  /** The sender's event header, else a name by the body. 1 to 200 printable ASCII characters. */
  event_type: string;
} & (
  | { kind: 'nothing_listed'; unread: string[] }
  | { kind: 'ping' }
  | { kind: 'renamed'; repository: string; host_id: string | undefined; from: string; at: Json[] }
  | {
      kind: 'github_push';
      repository: string;
      host_id: string | undefined;
      ref: Json | undefined;
      commits: Json[];
    }
  | { kind: 'github_pull_request'; repository: string; host_id: string | undefined; pull_request: JsonObject }
  | { kind: 'bitbucket_push'; repository: string; host_id: string | undefined; changes: Json[] }
  | {
      kind: 'bitbucket_pull_request';
      repository: string;
      host_id: string | undefined;
      pullrequest: JsonObject;
    }
  | { kind: 'listed_commits'; repository: string; commits: ListedCommit[] }
);

/** A body that could be recognised, or every reason why it could not. */
export type Recognition = { recognised: RecognisedCommits } | { errors: FieldError[] };
