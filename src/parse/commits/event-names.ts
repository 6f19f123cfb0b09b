import type { CommitSource } from '../../domain/source.ts';
import type { Recognition } from './recognised.ts';

/** The only event of our own format: it has no event header. */
export const COMMITS_EVENT = 'commits';

/** Header names of events are not signed and are stored, so they stay short and plain. */
const isEventName = (name: string): boolean => /^[\x21-\x7e]{1,200}$/.test(name);

/** Recognises by the event's name, or says that the header names none. */
export const withEventName = (
  header: string,
  eventName: string | null,
  recognise: (eventName: string) => Recognition,
): Recognition =>
  eventName !== null && isEventName(eventName)
    ? recognise(eventName)
    : {
        errors: [
          { path: header, message: 'this header must name the event in 1 to 200 printable ASCII characters' },
        ],
      };

/** Created, updated, approved, fulfilled and so on: all of them describe the pull request. */
export const isBitbucketPullRequest = (eventName: string): boolean => eventName.startsWith('pullrequest:');

const KNOWN: Record<CommitSource, (eventType: string) => boolean> = {
  github: (eventType) => ['push', 'pull_request', 'ping'].includes(eventType),
  bitbucket: (eventType) => eventType === 'repo:push' || isBitbucketPullRequest(eventType),
  commits: (eventType) => eventType === COMMITS_EVENT,
};

/** True for an event that is read; says nothing about whether a delivery is taken. */
export const isKnownCommitEvent = (source: CommitSource, eventType: string): boolean =>
  KNOWN[source](eventType);
