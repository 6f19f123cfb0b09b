import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../../src/domain/json.ts';
import type { Answer } from '../../../../src/jira/answer.ts';
import { createJiraClient } from '../../../../src/jira/client.ts';
import { JiraError } from '../../../../src/jira/jira-error.ts';
import { openReads } from '../../../../src/jira/reads/open-reads.ts';
import type { Bodies, Reads } from '../../../../src/jira/reads/reads.ts';
import { hello } from '../../../support/answering-jira.ts';
import { anyJson, withOneNodeReplaced } from '../../../support/any-json.ts';
import { depth } from '../../../support/depth.ts';

const DATE = 'Sun, 29 Nov 2026 10:00:00 GMT';
const SITE = { authorization: 'x', url: 'https://jira.example.com', api: 'https://jira.example.com' };

const rows = [
  { id: '1', key: 'ORB-1', fields: { updated: '2026-11-29T10:00:00.000+0000', summary: 'canary' } },
  { id: '2', key: 'ORB-2', fields: {} },
];

/** Each as a Jira might send it, to be spoiled. */
const ANSWERS: Json[] = [
  { issues: rows, isLast: false, nextPageToken: 'canary', warnings: [] },
  { issues: rows, issueErrors: [{ id: '3', errorMessage: 'canary' }] },
  { issues: rows, startAt: 0, total: 4, maxResults: 2 },
  { values: [{ id: '7', key: 'ORB', projectKeys: ['ORB'] }], isLast: true },
  [{ id: '7', key: 'ORB', projectKeys: ['ORB', 'OLD'], archived: false }],
  { permissions: { BROWSE_PROJECTS: { havePermission: true } } },
  [{ id: 'labels', name: 'canary', schema: { type: 'array', items: 'string' } }],
  { errorMessages: ['canary'], errors: {} },
  { count: 4 },
];

const body: fc.Arbitrary<string> = fc
  .oneof(...ANSWERS.map((one) => fc.oneof(fc.constant(one), withOneNodeReplaced(one))), anyJson)
  .map((value) => JSON.stringify(value));

const answer: fc.Arbitrary<Answer> = fc
  .record({
    status: fc.oneof(
      { weight: 6, arbitrary: fc.constant(200) },
      fc.constantFrom(400, 401, 403, 404, 410, 429, 500, 503, 302, 204),
    ),
    text: body,
    header: fc.constantFrom<[string, string]>(
      ['x-nothing', ''],
      ['x-nothing', ''],
      ['content-type', 'text/html'],
      ['date', 'canary'],
      ['x-ratelimit-remaining', '0'],
      ['x-seraph-loginreason', 'AUTHENTICATED_FAILED'],
    ),
  })
  .map(({ status, text, header: [name, value] }) => ({
    status,
    text,
    headers: new Headers({ date: DATE, ...(value === '' ? {} : { [name]: value }) }),
  }));

const IDS = ['1', '2', '3', '4'];

/** Every id is in exactly one of the three. */
const checkBodies = ({ looks, missing, retry }: Bodies): void => {
  const read = new Set(looks.map(({ issue: { id } }) => (typeof id === 'number' ? String(id) : id)));
  expect([...IDS.filter((id) => read.has(id)), ...missing, ...retry].sort()).toEqual(IDS);
};

const openAt = async (kind: 'cloud' | 'data-center', answers: Answer[]): Promise<Reads> => {
  let now = Date.parse(DATE);
  let served = 0;
  const exchange = async (
    _: unknown,
    { path, method }: { path: string; method: string },
  ): Promise<Answer> => {
    const asked = { method, path: path.replace(/\?.*/, ''), query: new URLSearchParams(), body: {} };
    const first = hello(kind, asked);
    if (first !== null)
      return { status: 200, headers: new Headers({ date: DATE }), text: JSON.stringify(first.value) };
    served += 1;
    const given = answers[served % answers.length];
    if (given === undefined) throw new Error('no answers');
    return given;
  };
  const sleep = async (ms: number): Promise<void> => {
    now += ms;
  };
  const world = { clock: () => now, steady: () => now, sleep, chance: () => 1, exchange };
  return openReads(createJiraClient(SITE, { at_once: 4, a_second: 50 }, world), SITE);
};

/** What is asked ends in a value that keeps its promises, or in the client's own error. */
const check = async (kind: 'cloud' | 'data-center', answers: Answer[]): Promise<void> => {
  const jql = 'project = 7 ORDER BY created ASC';
  const asking: ((reads: Reads) => Promise<unknown>)[] = [
    async (reads) => {
      const page = await reads.searchIds({ jql, fields: 'updated' }, null);
      for (const { id } of page.rows) expect(id).toMatch(/^\d+$/);
      if (page.next !== null) await reads.searchIds({ jql, fields: 'updated' }, page.next);
    },
    async (reads) => checkBodies(await reads.readBodies(IDS)),
    (reads) => reads.readIssue('1'),
    (reads) => reads.count(jql),
    (reads) => reads.projects(),
    (reads) => reads.mayBrowse({ id: '7', key: 'ORB', keys: ['ORB'] }),
    (reads) => reads.fieldNames(),
  ];
  for (const ask of asking) {
    const reads = await openAt(kind, answers);
    try {
      await ask(reads);
    } catch (fault) {
      if (!(fault instanceof JiraError)) throw fault;
      expect(fault.message).not.toMatch(/canary|\p{Cc}/u);
    }
  }
};

describe.each(['cloud', 'data-center'] as const)('any answer to reads of %s', (kind) => {
  it('ends in a value that keeps its promises or in the client’s own error, because a run must say what is wrong', {
    tags: ['deep'],
  }, async () => {
    const some = fc.array(answer, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(some, (answers) => check(kind, answers)),
      { numRuns: depth(150, 3_000) },
    );
  });
});
