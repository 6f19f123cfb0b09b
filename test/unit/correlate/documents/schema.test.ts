import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runDocumentKey } from '../../../../src/correlate/documents/artifact-store.ts';
import { buildDocument, buildLatestSummary } from '../../../../src/correlate/documents/build-document.ts';
import { toCommitItem } from '../../../../src/correlate/documents/items.ts';
import { publishedSchemas } from '../../../../src/correlate/documents/published-schemas.ts';
import { latestSummary, runDocument } from '../../../../src/correlate/documents/schema.ts';
import { runIdOf, stampOf } from '../../../support/run-documents.ts';
import { publishedValidator } from '../../../support/schemas.ts';
import { anyArgs, anyFindings } from './findings.ts';

const FOLDER = join(import.meta.dirname, '../../../../docs/schemas');
const STAMP = stampOf(runIdOf(1));
const documentErrors = publishedValidator('run-document');
const summaryErrors = publishedValidator('latest-summary');

const commit = toCommitItem({
  ...{ repository: 'acme/shop', sha: 'aaaaaaa', title: 'SHOP-1 Pay', author_name: null },
  committed_ms: Date.UTC(2026, 10, 22, 19),
});

const issue = { issue_key: 'SHOP-1', issue_id: '10001' };
const times = {
  updated_at: '2026-11-22T18:59:00.000Z',
  phoenix_updated_at: '2026-11-22T11:59:00.000-07:00',
};

/** A document with one of everything. */
const VALID = buildDocument(
  {
    issues: [
      {
        ...issue,
        ...times,
        ...{ event_type: 'jira:issue_updated', event_id: 'evt_1', idempotency_key: 'id-1' },
        outcome: 'applied',
        deleted: false,
      },
    ],
    matched: [
      {
        ...issue,
        commits: [{ ...commit, rule: 'message' }],
        pull_requests: [
          { repository: 'acme/shop', id: '7', title: 'Pay', url: null, rule: 'pull_request_title' },
        ],
      },
    ],
    stories_without_commits: [
      {
        ...{
          issue_key: 'SHOP-2',
          issue_id: '10002',
          summary: 'Refund',
          status: 'To Do',
          fix_versions: ['1.2.0'],
        },
        phoenix_updated_at: times.phoenix_updated_at,
      },
    ],
    commits_without_story: [{ ...commit, sha: 'bbbbbbb', candidates: ['UTF-8'] }],
  },
  STAMP,
  { trigger: 'stream' },
);

const HOME = { tenant: 'default', home: 'default' };
const KEY = runDocumentKey(HOME, Date.UTC(2026, 10, 22, 19), runIdOf(1));

/** The text with one part replaced: what is wrong is then in plain sight. */
const spoil = (value: unknown, from: string, to: string): unknown => {
  const text = JSON.stringify(value);
  expect(text).toContain(from);
  return JSON.parse(text.replace(from, to));
};

/** The value with its nth part (depth first, itself last) replaced; undefined takes the part out. */
const replacePart = (value: unknown, nth: number, other: unknown): unknown => {
  let at = 0;
  const changed: unknown = JSON.parse(JSON.stringify(value), (_, part: unknown) => {
    at += 1;
    return at === nth + 1 ? other : part;
  });
  return changed === undefined ? null : JSON.parse(JSON.stringify(changed));
};

/** How many parts there are: every property, every list item, and the value itself. */
const countParts = (value: unknown): number => {
  let parts = 0;
  JSON.stringify(value, (_, part: unknown) => {
    parts += 1;
    return part;
  });
  return parts;
};

describe('the schemas', () => {
  it('accept a whole document, because what follows breaks it in one place each', () => {
    expect(runDocument.safeParse(VALID).success).toBe(true);
  });

  it('are published as the code has them, nothing else beside, because others validate with the files', () => {
    expect(publishedSchemas().map(({ name }) => name)).toEqual([
      'run-document.schema.json',
      'latest-summary.schema.json',
    ]);
    for (const { name, text } of publishedSchemas())
      expect(readFileSync(join(FOLDER, name), 'utf8')).toBe(text);
    expect(readdirSync(FOLDER)).toHaveLength(2);
  });

  it('say what they are', () => {
    const schema = JSON.parse(readFileSync(join(FOLDER, 'run-document.schema.json'), 'utf8'));
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'urn:jira-webhook-sync:schema:run-document',
      title: 'Run document',
      additionalProperties: false,
    });
  });
});

describe('every document that is built', () => {
  it('is valid by the published schema, whatever was found', () => {
    fc.assert(
      fc.property(anyFindings, anyArgs, (findings, args) => {
        const document = buildDocument(findings, STAMP, args);
        expect(documentErrors(document)).toEqual([]);
        expect(summaryErrors(buildLatestSummary(document, KEY))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the published schema of a run document', () => {
  it('takes the example beside the artifacts, because people copy from it', () => {
    const file = join(import.meta.dirname, '../../../../artifacts/example-run-document.json');
    expect(documentErrors(JSON.parse(readFileSync(file, 'utf8')))).toEqual([]);
  });

  it('takes one with one of everything', () => {
    expect(documentErrors(VALID)).toEqual([]);
  });

  it.each([
    ['a run id that is no ULID', '01KAPZ3M8D0000000000000001', '01KAPZ3M8D000000000000000U'],
    ['an empty git sha', '"1234567890abcdef1234567890abcdef12345678"', '""'],
    ['a time of generation in UTC', '2026-11-22T12:00:00.000-07:00', '2026-11-22T19:00:00.000Z'],
    ['a time in summer time', '2026-11-22T11:59:00.000-07:00', '2026-11-22T12:59:00.000-06:00'],
    ['a time without milliseconds', '2026-11-22T18:59:00.000Z', '2026-11-22T18:59:00Z'],
    ['another time zone', 'America/Phoenix', 'America/Denver'],
    ['an unknown trigger', '"trigger":"stream"', '"trigger":"cron"'],
    ['a stream that says more', '"trigger":"stream"', '"trigger":"stream","project":"SHOP"'],
    ['somebody who asked for nothing', '"trigger":"stream"', '"trigger":"manual"'],
    ['somebody who asked for two', '"trigger":"stream"', '"trigger":"manual","project":"A","issue":"A-1"'],
    ['an issue id that is no number', '"10001"', '"SHOP-1"'],
    ['an issue id as a number', '"10001"', '10001'],
    ['an empty issue key', '"SHOP-1"', '""'],
    ['another outcome', '"applied"', '"stale"'],
    ['a rule that is none', '"pull_request_title"', '"pull_request_label"'],
    ['an empty sha', '"aaaaaaa"', '""'],
    ['a candidate that is no key', '"UTF-8"', '"utf-8"'],
    ['a count below nothing', '"commits":2', '"commits":-1'],
    ['half a commit', '"commits":2', '"commits":1.5'],
    ['a property more', '"deleted":false', '"deleted":false,"reporter":null'],
    ['a property more at the top', '"git_sha"', '"schema":1,"git_sha"'],
    ['a property less', '"message_title":"SHOP-1 Pay",', ''],
    ['null for a list', '["1.2.0"]', 'null'],
  ])('refuses %s', (_, from, to) => {
    const spoiled = spoil(VALID, from, to);
    expect(documentErrors(spoiled)).not.toEqual([]);
    expect(runDocument.safeParse(spoiled).success).toBe(false);
  });

  it('refuses more than 50 candidates, because nothing looks at more', () => {
    const many = Array.from({ length: 51 }, (_, nth) => `AB-${nth + 1}`);
    const spoiled = spoil(VALID, '["UTF-8"]', JSON.stringify(many));
    expect(documentErrors(spoiled)).not.toEqual([]);
    expect(documentErrors(spoil(VALID, '["UTF-8"]', JSON.stringify(many.slice(1))))).toEqual([]);
  });

  it('agrees with the schema in the code about any change, because one is made from the other', () => {
    const other = fc.oneof(
      fc.jsonValue({ maxDepth: 1 }),
      fc.constantFrom('SHOP-1', '1', 'aaaaaaa', null, 0, undefined),
    );
    fc.assert(
      fc.property(fc.nat({ max: countParts(VALID) - 1 }), other, (nth, value) => {
        const changed = replacePart(VALID, nth, value);
        expect(documentErrors(changed).length === 0).toBe(runDocument.safeParse(changed).success);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the published schema of the latest summary', () => {
  const summary = buildLatestSummary(VALID, KEY);

  it.each([
    ['a document elsewhere', 'artifacts/issues/wave3', 'artifacts/../wave3'],
    ['the latest as the document', KEY, 'artifacts/issues/wave3/jira_webhook/latest.json'],
    ['issues', '"document"', '"issues":[],"document"'],
    ['no counts', '"summary"', '"counts"'],
  ])('refuses %s', (_, from, to) => {
    expect(summaryErrors(summary)).toEqual([]);
    const spoiled = spoil(summary, from, to);
    expect(summaryErrors(spoiled)).not.toEqual([]);
    expect(latestSummary.safeParse(spoiled).success).toBe(false);
  });
});
