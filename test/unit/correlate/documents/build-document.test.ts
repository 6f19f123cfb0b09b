import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildDocument,
  buildLatestSummary,
  toSummary,
} from '../../../../src/correlate/documents/build-document.ts';
import { toCommitItem } from '../../../../src/correlate/documents/items.ts';
import type { Findings } from '../../../../src/correlate/documents/schema.ts';
import { randomOf } from '../../../support/random.ts';
import { runIdOf, stampOf } from '../../../support/run-documents.ts';
import { anyArgs, anyFindings } from './findings.ts';

const STAMP = stampOf(runIdOf(1));
const NOTHING: Findings = { issues: [], matched: [], stories_without_commits: [], commits_without_story: [] };

const commit = (repository: string, sha: string, second: number) =>
  toCommitItem({ repository, sha, title: 'Pay', author_name: null, committed_ms: second * 1_000 });

const linked = (repository: string, sha: string, second: number) => ({
  ...commit(repository, sha, second),
  rule: 'message' as const,
});

const touched = (issue_id: string) => ({
  issue_key: null,
  issue_id,
  updated_at: null,
  phoenix_updated_at: null,
  event_type: null,
  event_id: null,
  idempotency_key: null,
  outcome: null,
  deleted: true,
});

const pullRequest = (repository: string, id: string) => ({
  repository,
  id,
  title: 'Pay',
  url: null,
  rule: 'branch' as const,
});

const build = (findings: Partial<Findings>) =>
  buildDocument({ ...NOTHING, ...findings }, STAMP, { trigger: 'stream' });

const shuffle = <T>(items: T[], random: () => number): T[] =>
  items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);

const KEEP_THEIR_ORDER = ['candidates', 'fix_versions'];

const scrambleValue = (value: unknown, random: () => number, name = ''): unknown => {
  if (Array.isArray(value)) {
    const items = value.map((item) => scrambleValue(item, random));
    return KEEP_THEIR_ORDER.includes(name) ? items : shuffle(items, random);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, one]) => [key, scrambleValue(one, random, key)]);
  return Object.fromEntries(shuffle(entries, random));
};

/** The same in another order: lists whose order says nothing, and the keys of every object. */
const scramble = <T>(value: T, seed: number): T =>
  // The shape is that of `value`: only orders change.
  scrambleValue(value, randomOf(seed)) as T;

describe('the order of a document', () => {
  it('is that of the published fields, because people read it and compare it with the one before', () => {
    const document = buildDocument(
      {
        commits_without_story: [{ candidates: ['SHOP-7', 'SHOP-3'], ...commit('acme/shop', 'ccccccc', 3) }],
        stories_without_commits: [
          {
            phoenix_updated_at: '2026-11-22T11:00:00.000-07:00',
            fix_versions: ['2.0', '1.0'],
            status: 'To Do',
            summary: 'Refund',
            issue_id: '10002',
            issue_key: 'SHOP-2',
          },
        ],
        matched: [
          {
            pull_requests: [pullRequest('acme/shop', '7')],
            commits: [{ rule: 'message', ...commit('acme/shop', 'aaaaaaa', 1) }],
            issue_id: '10001',
            issue_key: 'SHOP-1',
          },
        ],
        issues: [touched('10001')],
      },
      STAMP,
      { issue: 'SHOP-1', trigger: 'manual' },
    );
    expect(JSON.stringify(document)).toBe(
      [
        '{"run_id":"01KAPZ3M8D0000000000000001","git_sha":"1234567890abcdef1234567890abcdef12345678",',
        '"generated_at":"2026-11-22T12:00:00.000-07:00","timezone":"America/Phoenix",',
        '"args":{"trigger":"manual","issue":"SHOP-1"},',
        '"issues":[{"issue_key":null,"issue_id":"10001","updated_at":null,"phoenix_updated_at":null,',
        '"event_type":null,"event_id":null,"idempotency_key":null,"outcome":null,"deleted":true}],',
        '"correlation":{"matched":[{"issue_key":"SHOP-1","issue_id":"10001","commits":[',
        '{"repository":"acme/shop","sha":"aaaaaaa","message_title":"Pay","author_name":null,',
        '"committed_at":"1970-01-01T00:00:01.000Z","phoenix_committed_at":"1969-12-31T17:00:01.000-07:00",',
        '"rule":"message"}],"pull_requests":[{"repository":"acme/shop","id":"7","title":"Pay","url":null,',
        '"rule":"branch"}]}],',
        '"stories_without_commits":[{"issue_key":"SHOP-2","issue_id":"10002","summary":"Refund",',
        '"status":"To Do","fix_versions":["2.0","1.0"],"phoenix_updated_at":"2026-11-22T11:00:00.000-07:00"}],',
        '"commits_without_story":[{"repository":"acme/shop","sha":"ccccccc","message_title":"Pay",',
        '"author_name":null,"committed_at":"1970-01-01T00:00:03.000Z",',
        '"phoenix_committed_at":"1969-12-31T17:00:03.000-07:00","candidates":["SHOP-7","SHOP-3"]}],',
        '"summary":{"issues":1,"matched":1,"stories_without_commits":1,"commits":2,"commits_without_story":1}}}',
      ].join(''),
    );
  });

  it('does not depend on the order of what a run found, because runs read in parallel', () => {
    fc.assert(
      fc.property(anyFindings, anyArgs, fc.integer(), (findings, args, seed) => {
        const one = buildDocument(findings, STAMP, args);
        const other = buildDocument(scramble(findings, seed), scramble(STAMP, seed), scramble(args, seed));
        expect(JSON.stringify(other)).toBe(JSON.stringify(one));
      }),
      { numRuns: 300 },
    );
  });

  it('does not change what came in, because a handler may go on with it', () => {
    const frozen = Object.freeze([touched('2'), touched('1')].map((one) => Object.freeze(one)));
    expect(build({ issues: [...frozen] }).issues.map((one) => one.issue_id)).toEqual(['1', '2']);
    expect(frozen.map((one) => one.issue_id)).toEqual(['2', '1']);
  });

  it('is that of issue ids as numbers, because as texts 9 would come after 10', () => {
    const ids = ['10', '9', '99999999999999999999', '99999999999999999998', '100', '09'];
    const ordered = ['09', '9', '10', '100', '99999999999999999998', '99999999999999999999'];
    const story = (issue_id: string) => ({
      ...{ issue_key: null, issue_id, summary: null },
      ...{ status: null, fix_versions: [], phoenix_updated_at: null },
    });
    const { issues, correlation } = build({
      issues: ids.map(touched),
      matched: ids.map((issue_id) => ({ issue_key: null, issue_id, commits: [], pull_requests: [] })),
      stories_without_commits: ids.map(story),
    });
    expect(issues.map((one) => one.issue_id)).toEqual(ordered);
    expect(correlation.matched.map((one) => one.issue_id)).toEqual(ordered);
    expect(correlation.stories_without_commits.map((one) => one.issue_id)).toEqual(ordered);
  });

  it('is that of time, then repository, then sha for commits, because that is how people read a history', () => {
    const commits = [
      linked('b', 'bbbbbbb', 1),
      linked('b', 'aaaaaaa', 1),
      linked('a', 'ccccccc', 1),
      linked('z', 'ddddddd', 0),
    ];
    const { matched } = build({
      matched: [{ issue_key: null, issue_id: '1', commits, pull_requests: [] }],
    }).correlation;
    expect(matched[0]?.commits.map(({ repository, sha }) => `${repository} ${sha}`)).toEqual([
      'z ddddddd',
      'a ccccccc',
      'b aaaaaaa',
      'b bbbbbbb',
    ]);
  });

  it('is that of repository, then number for pull requests, numbers before other ids', () => {
    const pull_requests = [
      pullRequest('b', '2'),
      pullRequest('a', 'x1'),
      pullRequest('a', '10'),
      pullRequest('a', '9'),
    ];
    const { matched } = build({
      matched: [{ issue_key: null, issue_id: '1', commits: [], pull_requests }],
    }).correlation;
    expect(matched[0]?.pull_requests.map(({ repository, id }) => `${repository} ${id}`)).toEqual([
      'a 9',
      'a 10',
      'a x1',
      'b 2',
    ]);
  });

  it('leaves out what no document has, because a published schema refuses it', () => {
    const withMore = { ...touched('1'), secret_field: 'x' };
    expect(JSON.stringify(build({ issues: [withMore] }))).not.toContain('secret_field');
  });
});

describe('the summary', () => {
  it('counts a commit of two issues once, because it is one commit', () => {
    const shared = linked('acme/shop', 'aaaaaaa', 1);
    const matched = [
      { issue_key: 'SHOP-1', issue_id: '1', commits: [shared], pull_requests: [] },
      {
        issue_key: 'SHOP-2',
        issue_id: '2',
        commits: [shared, linked('acme/api', 'aaaaaaa', 1)],
        pull_requests: [],
      },
    ];
    const commits_without_story = [{ ...commit('acme/shop', 'bbbbbbb', 1), candidates: [] }];
    expect(toSummary({ ...NOTHING, issues: [touched('1')], matched, commits_without_story })).toEqual({
      issues: 1,
      matched: 2,
      stories_without_commits: 0,
      commits: 3,
      commits_without_story: 1,
    });
  });

  it('is all of the latest summary beside the stamp and the place of the document', () => {
    const summary = buildLatestSummary(build({ issues: [touched('1')] }), 'the/key.json');
    expect(JSON.stringify(summary)).toBe(
      [
        '{"run_id":"01KAPZ3M8D0000000000000001","git_sha":"1234567890abcdef1234567890abcdef12345678",',
        '"generated_at":"2026-11-22T12:00:00.000-07:00","timezone":"America/Phoenix",',
        '"args":{"trigger":"stream"},',
        '"summary":{"issues":1,"matched":0,"stories_without_commits":0,"commits":0,"commits_without_story":0},',
        '"document":"the/key.json"}',
      ].join(''),
    );
  });
});
