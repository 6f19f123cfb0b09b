import type { CommitSource, ConnectionKind, Source } from '../domain/source.ts';
import { automation } from './automation/sender.ts';
import { bitbucket } from './bitbucket/sender.ts';
import { bitbucket_server } from './bitbucket_server/sender.ts';
import { commits } from './commits/sender.ts';
import { github } from './github/sender.ts';
import { gitlab } from './gitlab/sender.ts';
import { jira } from './jira/sender.ts';
import type { CommitSender, Sender } from './sender.ts';

/** Every sender of commits. Without an entry for each name this does not compile. */
export const COMMIT_SENDERS: Record<CommitSource, CommitSender> = {
  github,
  bitbucket,
  gitlab,
  bitbucket_server,
  commits,
};

/** Every source. */
export const SENDERS: Record<Source, Sender> = { jira, ...COMMIT_SENDERS };

/** Every kind of connection. */
export const CONNECTION_SENDERS: Record<ConnectionKind, Sender> = { ...SENDERS, automation };
