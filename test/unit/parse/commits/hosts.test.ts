import { describe, expect, it } from 'vitest';
import { parseBody, problemOf, recognisedBody } from '../../../support/commit-bodies.ts';

const errors = (source: 'github' | 'bitbucket', eventName: string, body: unknown) =>
  problemOf(parseBody(source, eventName, body))?.errors;

const NAME_RULE = 'must be 1 to 255 bytes of printable characters without # or white space';
const REPOSITORY = { full_name: 'orbit-demo/importer' };

/** The events that need a repository, each with what else it needs. */
const EVENTS = [
  ['github', 'push', { commits: [] }],
  ['github', 'pull_request', { pull_request: {} }],
  ['bitbucket', 'repo:push', { push: { changes: [] } }],
  ['bitbucket', 'pullrequest:created', { pullrequest: {} }],
] as const;

describe.each(EVENTS)('the repository of %s %s', (source, eventName, rest) => {
  it.each([
    '',
    'a b',
    'a#b',
    'a\tb',
    'a\u0000b',
    'a\u{200b}b',
    '\ud800',
    'x'.repeat(256),
    'ü'.repeat(128),
    5,
    null,
    ['a/b'],
  ])('is refused as %j, because no key may hold it unchecked', (full_name) => {
    expect(errors(source, eventName, { ...rest, repository: { full_name } })).toEqual([
      { path: 'repository.full_name', message: NAME_RULE },
    ]);
  });

  it('is refused when it is missing or only inherited, because its commits would belong nowhere', () => {
    expect(errors(source, eventName, rest)).toEqual([{ path: 'repository', message: 'must be an object' }]);
    const inherited = JSON.parse('{"__proto__":{"full_name":"a/b"}}');
    expect(errors(source, eventName, { ...rest, repository: inherited })).toEqual([
      { path: 'repository.full_name', message: NAME_RULE },
    ]);
  });

  it.each(['orbit-demo/importer', 'x'.repeat(255), 'ünï/cödé', '__proto__', '../..'])(
    'is kept verbatim as %s, because hosts differ in what they allow',
    (full_name) => {
      const recognised = recognisedBody(source, eventName, { ...rest, repository: { full_name } });
      expect(recognised).toMatchObject({ event_type: eventName, repository: full_name });
    },
  );
});

describe('what an event is about', () => {
  it.each([undefined, null, {}, 'x', 3])(
    'is asked for when commits of a push are %j, because an empty push has an empty list',
    (commits) => {
      expect(errors('github', 'push', { repository: REPOSITORY, commits })).toEqual([
        { path: 'commits', message: 'must be a list' },
      ]);
    },
  );

  it.each([undefined, null, [], 'x'])(
    'is asked for when pull_request is %j, because nothing else is told',
    (pull_request) => {
      expect(errors('github', 'pull_request', { repository: REPOSITORY, pull_request })).toEqual([
        { path: 'pull_request', message: 'must be an object' },
      ]);
    },
  );

  it.each([undefined, null, [], 'x'])(
    'is asked for when pullrequest is %j, because nothing else is told',
    (pullrequest) => {
      expect(errors('bitbucket', 'pullrequest:updated', { repository: REPOSITORY, pullrequest })).toEqual([
        { path: 'pullrequest', message: 'must be an object' },
      ]);
    },
  );

  it('is asked for when a push of Bitbucket has no list of changes, because a push without any has an empty one', () => {
    const sent = (push: unknown) => errors('bitbucket', 'repo:push', { repository: REPOSITORY, push });
    expect(sent(undefined)).toEqual([{ path: 'push', message: 'must be an object' }]);
    expect(sent({ changes: {} })).toEqual([{ path: 'push.changes', message: 'must be a list' }]);
  });

  it('is reported together with the repository and without a value, because the answer goes to the sender', () => {
    const body = { repository: { full_name: 'private name' }, commits: 'private list' };
    const problem = problemOf(parseBody('github', 'push', body));
    expect(problem?.errors.map(({ path }) => path)).toEqual(['repository.full_name', 'commits']);
    expect(JSON.stringify(problem)).not.toContain('private');
  });

  it('is handed on unread below the repository, because one odd commit must not cost the others', () => {
    const body = { repository: REPOSITORY, ref: 7, commits: [null, 'x', { id: 5 }] };
    expect(recognisedBody('github', 'push', body)).toEqual({
      kind: 'github_push',
      event_type: 'push',
      repository: 'orbit-demo/importer',
      ref: 7,
      commits: [null, 'x', { id: 5 }],
    });
  });
});

describe('other events', () => {
  it.each([
    ['github', 'ping'],
    ['github', 'issues'],
    ['github', 'pull_request_review'],
    ['github', 'repo:push'],
    ['github', 'Push'],
    ['bitbucket', 'repo:fork'],
    ['bitbucket', 'issue:created'],
    ['bitbucket', 'diagnostics:ping'],
    ['bitbucket', 'push'],
    ['bitbucket', 'x'.repeat(200)],
  ] as const)('%s %s is taken with nothing listed, because the names are an open set', (source, event) => {
    expect(recognisedBody(source, event, {})).toEqual({ kind: 'nothing_listed', event_type: event });
  });
});
