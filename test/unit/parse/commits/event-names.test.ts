import { describe, expect, it } from 'vitest';
import { isKnownCommitEvent } from '../../../../src/parse/commits/event-names.ts';

describe('an event of a commit source', () => {
  it.each([
    ['github', 'push'],
    ['github', 'pull_request'],
    ['github', 'ping'],
    ['bitbucket', 'repo:push'],
    ['bitbucket', 'pullrequest:created'],
    ['bitbucket', 'pullrequest:comment_created'],
    ['commits', 'commits'],
  ] as const)('%s %s is known, because it is read', (source, eventType) => {
    expect(isKnownCommitEvent(source, eventType)).toBe(true);
  });

  it.each([
    ['github', 'pull_request_review'],
    ['github', 'repo:push'],
    ['github', 'commits'],
    ['bitbucket', 'push'],
    ['bitbucket', 'repo:fork'],
    ['bitbucket', 'pull_request'],
    ['commits', 'push'],
    ['commits', ''],
  ] as const)('%s %s is unknown, because nothing of it is read', (source, eventType) => {
    expect(isKnownCommitEvent(source, eventType)).toBe(false);
  });
});
