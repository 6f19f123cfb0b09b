import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../../../src/domain/event-id.ts';
import type { Filter } from '../../../src/domain/subscription.ts';
import { judge, type Said } from '../../../src/matching/match-event.ts';
import { NO_FILTER } from '../../support/subscriptions.ts';

const SAID: Said = {
  source: 'jira',
  outcome: 'applied',
  connection_id: 'con_0123456789abcdefghijkl',
  event_type: 'jira:issue_updated',
  project_key: 'OPS',
  issue_type: 'Service request',
  priority: 'High',
  request_type: 'New laptop',
  labels: ['network', 'vip'],
  changed_fields: ['Status', 'status', 'priority'],
  actor_id: '557058:agent',
  hops: 0,
};

const verdict = (filter: Partial<Filter>, said: Partial<Said> = {}): string => {
  const judged = judge({ ...NO_FILTER, ...filter }, { ...SAID, ...said });
  return judged.matches ? 'matches' : judged.rule;
};

describe('a filter', () => {
  it.each<[string, Partial<Filter>]>([
    ['matches', {}],
    ['matches', { connections: ['con_x', SAID.connection_id ?? ''] }],
    ['connections', { connections: ['con_x'] }],
    ['matches', { sources: ['github', 'jira'] }],
    ['sources', { sources: ['github'] }],
    ['matches', { event_types: ['jira:issue_*'] }],
    ['matches', { event_types: ['*'] }],
    ['matches', { event_types: ['comment_created', 'jira:issue_updated'] }],
    ['event_types', { event_types: ['jira:issue_'] }],
    ['event_types', { event_types: ['jira:*_updated'] }],
    ['event_types', { event_types: ['JIRA:ISSUE_*'] }],
    ['matches', { projects: ['ops'] }],
    ['projects', { projects: ['OP', 'OPSX'] }],
    ['matches', { issue_types: ['SERVICE REQUEST'] }],
    ['issue_types', { issue_types: ['Service'] }],
    ['matches', { priorities: ['highest', 'high'] }],
    ['priorities', { priorities: ['Highest'] }],
    ['matches', { request_types: ['new laptop'] }],
    ['request_types', { request_types: ['Old laptop'] }],
    ['matches', { labels: ['VIP', 'other'] }],
    ['labels', { labels: ['net'] }],
    ['matches', { changed_fields: ['Priority'] }],
    ['changed_fields', { changed_fields: ['assignee'] }],
    ['matches', { except_actors: ['557058:someone'] }],
    ['except_actors', { except_actors: ['557058:someone', '557058:agent'] }],
    ['projects', { sources: ['jira'], projects: ['X'], labels: ['X'] }],
  ])('%s for %j, because every part that asks for something must find it', (expected, filter) => {
    expect(verdict(filter)).toBe(expected);
  });

  it.each<[keyof Filter & string, Partial<Said>]>([
    ['connections', { connection_id: null }],
    ['event_types', { event_type: null }],
    ['projects', { project_key: null }],
    ['issue_types', { issue_type: null }],
    ['priorities', { priority: null }],
    ['request_types', { request_type: null }],
    ['labels', { labels: [] }],
    ['changed_fields', { changed_fields: [] }],
  ])('that asks for %s does not match what does not say it, because nobody guesses', (part, said) => {
    expect(verdict({ [part]: ['*'] }, said)).toBe(part);
    expect(verdict({}, said)).toBe('matches');
  });

  it('leaves in what nobody is known to have done, because an unknown person is not the agent', () => {
    expect(verdict({ except_actors: ['557058:agent'] }, { actor_id: null })).toBe('matches');
  });

  it('knows an actor in whatever case its name is written, because Data Center signs it in so', () => {
    expect(verdict({ except_actors: ['Agent.Smith'] }, { actor_id: 'agent.smith' })).toBe('except_actors');
  });

  it('knows an actor by the address that Jira uses as a name, because it is kept as a hash', () => {
    const actor_id = `sha256:${sha256Hex('bot@example.com')}`;
    expect(verdict({ except_actors: ['bot@example.com'] }, { actor_id })).toBe('except_actors');
  });
});

describe('what no filter takes', () => {
  it.each<[string, Partial<Said>]>([
    ['quarantined', { outcome: 'quarantined' }],
    ['source', { source: 'admin' }],
    ['hops', { hops: 3 }],
    ['hops', { hops: Number.POSITIVE_INFINITY }],
    ['sources', { source: 'reconcile' }],
  ])('is refused by %s: %j, because nobody asked for it or it would never end', (rule, said) => {
    expect(verdict({}, said)).toBe(rule);
  });

  it('stays refused where the filter names it, but for what we read ourselves', () => {
    expect(verdict({ sources: ['admin'] }, { source: 'admin' })).toBe('source');
    expect(verdict({ sources: ['reconcile'] }, { source: 'reconcile' })).toBe('matches');
  });

  it('ends at two hops, and a stale event is none of it, because its body says its outcome', () => {
    expect(verdict({}, { hops: 2 })).toBe('matches');
    expect(verdict({}, { outcome: 'stale' })).toBe('matches');
  });
});

const word = fc.constantFrom('a', 'A', 'b', 'jira', 'reconcile', 'admin', 'con_1', 'x*', '*');
const words = fc.uniqueArray(word, { maxLength: 3 });
/** Mostly nothing, so that about a third of all filters take what is said. */
const wanted = fc.oneof({ weight: 4, arbitrary: fc.constant<string[]>([]) }, words);
const anyFilter: fc.Arbitrary<Filter> = fc.record({
  connections: wanted,
  sources: wanted,
  event_types: wanted,
  projects: wanted,
  issue_types: wanted,
  priorities: wanted,
  request_types: wanted,
  labels: wanted,
  changed_fields: wanted,
  except_actors: wanted,
});
const anySaid: fc.Arbitrary<Said> = fc.record({
  source: fc.constantFrom('jira', 'jira', 'jira', 'reconcile', 'admin'),
  outcome: fc.constantFrom('applied', 'applied', 'stale', 'quarantined'),
  connection_id: fc.option(word),
  event_type: fc.option(word),
  project_key: fc.option(word),
  issue_type: fc.option(word),
  priority: fc.option(word),
  request_type: fc.option(word),
  labels: words,
  changed_fields: words,
  actor_id: fc.option(word),
  hops: fc.nat({ max: 4 }),
});
const PARTS = Object.keys(NO_FILTER) as (keyof Filter)[];

describe('any filter', () => {
  it('takes no less with a part of it left out, because each part only narrows', () => {
    fc.assert(
      fc.property(anyFilter, anySaid, fc.constantFrom(...PARTS), (filter, said, part) => {
        fc.pre(said.source !== 'reconcile');
        const before = judge(filter, said).matches;
        expect(!before || judge({ ...filter, [part]: [] }, said).matches).toBe(true);
      }),
    );
  });

  it('takes no less with one more name to look for, and no more with one more actor to leave out', () => {
    fc.assert(
      fc.property(anyFilter, anySaid, fc.constantFrom(...PARTS), word, (filter, said, part, more) => {
        const before = judge(filter, said).matches;
        const after = judge({ ...filter, [part]: [...filter[part], more] }, said).matches;
        if (part === 'except_actors') expect(before || !after).toBe(true);
        else if (filter[part].length > 0) expect(!before || after).toBe(true);
      }),
    );
  });

  it('answers the same in whatever order its names and what is said are, because both are sets', () => {
    fc.assert(
      fc.property(anyFilter, anySaid, (filter, said) => {
        const turned = Object.fromEntries(PARTS.map((part) => [part, filter[part].toReversed()]));
        const other = {
          ...said,
          labels: said.labels.toReversed(),
          changed_fields: said.changed_fields.toReversed(),
        };
        expect(judge({ ...filter, ...turned }, other)).toEqual(judge(filter, said));
      }),
    );
  });

  it('takes nothing that is quarantined, of changes here, or of more than two hops, whatever it names', () => {
    fc.assert(
      fc.property(anyFilter, anySaid, (filter, said) => {
        fc.pre(said.outcome === 'quarantined' || said.source === 'admin' || said.hops > 2);
        expect(judge(filter, said).matches).toBe(false);
      }),
    );
  });
});
