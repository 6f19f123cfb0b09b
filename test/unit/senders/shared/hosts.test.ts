import { describe, expect, it } from 'vitest';
import { parseBody, problemOf, saidBy } from '../../../support/commit-bodies.ts';

const errors = (source: 'github' | 'bitbucket', eventName: string, body: unknown) =>
  problemOf(parseBody(source, eventName, body))?.errors;

const NAME_RULE = 'must be 1 to 255 bytes of printable characters without # or white space';
const NOTHING = { nature: 'other', repository: null, commits: [], pull_requests: [], unread_fields: [] };
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
      const recognised = saidBy(source, eventName, { ...rest, repository: { full_name } });
      expect(recognised).toMatchObject({ event_type: eventName, repository: { name: full_name } });
    },
  );
});

describe('what an event is about', () => {
  it.each([
    ['github', 'commits', { commits: 5 }],
    ['github', 'commits', { commits: {}, ref: 'refs/heads/main' }],
    ['github', 'commits', { commits: 'x', zen: 7 }],
    ['github', 'pull_request', { pull_request: [] }],
    ['github', 'pull_request', { pull_request: 'x', repository: null }],
    ['github', 'pull_request', { pull_request: true, commits: null }],
    ['bitbucket', 'pullrequest', { pullrequest: [] }],
    ['bitbucket', 'pullrequest', { pullrequest: 3, push: null }],
    ['bitbucket', 'push', { push: 'x' }],
    ['bitbucket', 'push', { push: {} }],
    ['bitbucket', 'push', { push: { changes: {} } }],
  ] as const)(
    'in %s is noted as unread when %s is there in another shape, because an event we do not need may have it',
    (source, path, body) => {
      for (const eventName of ['push', 'repo:push', 'pull_request', 'pullrequest:created', 'star', null])
        expect(saidBy(source, eventName, body)).toEqual({
          ...NOTHING,
          event_type: eventName ?? 'unnamed',
          unread_fields: [path],
        });
    },
  );

  it('is reported without a value, because the answer goes to the sender', () => {
    const body = { repository: { full_name: 'private name' }, commits: ['private list'] };
    const problem = problemOf(parseBody('github', 'push', body));
    expect(problem?.errors.map(({ path }) => path)).toEqual(['repository.full_name']);
    expect(JSON.stringify(problem)).not.toContain('private');
  });

  it('is handed on unread below the repository, because one odd commit must not cost the others', () => {
    const body = { repository: REPOSITORY, ref: 7, commits: [null, 'x', { id: 5 }] };
    expect(saidBy('github', 'push', body)).toEqual({
      ...NOTHING,
      event_type: 'push',
      nature: 'known',
      repository: { name: 'orbit-demo/importer', id: null, renamed: null },
      unread_fields: ['ref', 'commits.0', 'commits.1', 'commits.2'],
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
    expect(saidBy(source, event, { action: 'created' })).toEqual({ ...NOTHING, event_type: event });
  });
});

describe('the event header', () => {
  const BODIES = [
    ['github', 'push', [], { ref: 'refs/heads/a', commits: [] }],
    ['github', 'pull_request', ['pull_request'], { action: 'submitted', review: {}, pull_request: {} }],
    ['bitbucket', 'repo:push', [], { push: { changes: [] } }],
    ['bitbucket', 'pullrequest', ['pullrequest'], { comment: {}, pullrequest: {} }],
  ] as const;

  it.each(BODIES)(
    'of %s changes nothing but the name of a %s, because nobody signed it',
    (source, byBody, unread_fields, rest) => {
      const body = { ...rest, repository: REPOSITORY };
      const repository = { name: REPOSITORY.full_name, id: null, renamed: null };
      const said = { ...NOTHING, nature: 'known', repository, unread_fields };
      const names = ['push', 'star', 'pull_request', 'repo:push', 'repo:fork', 'ping', 'x'.repeat(200)];
      for (const event_type of names)
        expect(saidBy(source, event_type, body)).toEqual({ ...said, event_type });
      for (const unusable of [null, '', 'x'.repeat(201), 'push push', 'push\u0000', 'pùsh'])
        expect(saidBy(source, unusable, body)).toEqual({ ...said, event_type: byBody });
    },
  );

  it('makes no ping of anything else, because only the body of a ping has a zen', () => {
    for (const eventName of ['ping', 'star', null]) {
      expect(saidBy('github', eventName, { zen: 'Design for failure.' }).nature).toBe('ping');
      expect(saidBy('github', eventName, { hook: {} }).nature).toBe('other');
    }
  });
});
