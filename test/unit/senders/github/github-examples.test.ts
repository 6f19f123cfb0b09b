import { describe, expect, it } from 'vitest';
import { isJsonObject, type JsonObject, own } from '../../../../src/domain/json.ts';
import { githubExamples, normalizeCommitBody, parseBody } from '../../../support/commit-bodies.ts';

const EXAMPLES = githubExamples();
const examplesOf = (name: string) => EXAMPLES.filter(({ event }) => event === name);

/** Written here once more, so that the code under test is not its own judge. */
const listed = (body: JsonObject): unknown[] => {
  const commits = own(body, 'commits');
  if (!Array.isArray(commits)) throw new Error('a push without a list');
  return commits.map((commit) => (isJsonObject(commit) ? own(commit, 'id') : undefined));
};

describe("GitHub's own examples", () => {
  it('are all here, because a package that changed its form would prove nothing', () => {
    expect(EXAMPLES.length).toBeGreaterThan(700);
    expect(new Set(EXAMPLES.map(({ event }) => event)).size).toBeGreaterThan(50);
    expect(examplesOf('push').length).toBeGreaterThan(10);
    expect(examplesOf('pull_request').length).toBeGreaterThan(40);
  });

  it('are all taken, because the webhook may be set to send everything', () => {
    const refused = EXAMPLES.filter(
      ({ event, body }) => parseBody('github', event, body).kind !== 'delivery',
    );
    expect(refused.map(({ origin, event }) => `${origin} ${event}`)).toEqual([]);
  });

  it('are read alike under every event header, because nobody signed that', () => {
    const read = (event: string | null, body: JsonObject) => {
      const { event_type: _, ...rest } = normalizeCommitBody('github', event, body);
      return rest;
    };
    for (const { event, body } of EXAMPLES)
      for (const other of ['push', 'pull_request', 'star', 'ping', null])
        expect(read(other, body)).toEqual(read(event, body));
  });

  it('of reviews describe the pull request they are about, because its title and branch name issues', () => {
    const reviews = EXAMPLES.filter(({ event }) => event.startsWith('pull_request_review'));
    expect(reviews.length).toBeGreaterThan(10);
    for (const { event, body } of reviews)
      expect(normalizeCommitBody('github', event, body)).toMatchObject({
        commits: [],
        pull_requests: [
          { id: expect.stringMatching(/^\d+$/), shas: [expect.stringMatching(/^[0-9a-f]{40}$/)] },
        ],
        unread_fields: [],
      });
  });

  it('of other events list nothing, because they name no commit', () => {
    for (const { event, body } of EXAMPLES)
      if (event !== 'push' && !event.startsWith('pull_request'))
        expect(normalizeCommitBody('github', event, body)).toEqual({
          event_type: event,
          commits: [],
          pull_requests: [],
          unread_fields: [],
        });
  });

  it('of pushes list every commit, because none may be lost', () => {
    for (const { body } of examplesOf('push')) {
      const { commits, unread_fields } = normalizeCommitBody('github', 'push', body);
      expect(commits.map(({ sha }) => sha)).toEqual(listed(body));
      expect(unread_fields).toEqual([]);
    }
    expect(examplesOf('push').flatMap(({ body }) => listed(body))).toEqual([
      '6113728f27ae82c7b1a177c8d03f9e96e0adf246',
      '6113728f27ae82c7b1a177c8d03f9e96e0adf246',
    ]);
  });

  it('of a push read in full, because the example has every part', () => {
    const example = examplesOf('push').find(({ body }) => listed(body).length > 0);
    expect(normalizeCommitBody('github', 'push', example?.body).commits).toEqual([
      {
        repository: 'Codertocat/Hello-World',
        sha: '6113728f27ae82c7b1a177c8d03f9e96e0adf246',
        message: 'Initial commit',
        author_name: 'Codertocat',
        committed_ms: 1_557_933_565_000,
        branch: 'master',
        pull_request: null,
      },
    ]);
  });

  it('of pull requests describe each of them, because its title and branch name issues', () => {
    for (const { body } of examplesOf('pull_request')) {
      const { pull_requests, unread_fields } = normalizeCommitBody('github', 'pull_request', body);
      expect(pull_requests).toMatchObject([
        {
          repository: 'Codertocat/Hello-World',
          id: '2',
          title: 'Update the README with new information.',
          url: expect.stringMatching(/^https?:\/\/[^ ]+\/Codertocat\/Hello-World\/pull\/2$/),
          branch: 'changes',
          shas: [expect.stringMatching(/^[0-9a-f]{40}$/)],
        },
      ]);
      expect(unread_fields).toEqual([]);
    }
  });
});
