import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NormalizedDelivery } from '../../../../src/domain/delivery.ts';
import { isIssueId, isIssueKey } from '../../../../src/domain/issue-key.ts';
import { isJsonObject, type Json, type JsonObject } from '../../../../src/domain/json.ts';
import { normalize } from '../../../../src/senders/jira/normalize.ts';
import { parseDelivery } from '../../../../src/senders/jira/parse.ts';
import { anyJson, withOneNodeReplaced } from '../../../support/any-json.ts';
import { depth } from '../../../support/depth.ts';
import { FIXTURES, fixture, fullBody, NOW } from './support.ts';

/** Through bytes, because only what JSON can carry arrives; null when parse refuses it. */
const run = (body: unknown): NormalizedDelivery | null => {
  const parsed = parseDelivery(new TextEncoder().encode(JSON.stringify(body)));
  return parsed.kind === 'delivery' ? normalize(parsed.delivery, NOW) : null;
};

const keysWithin = (value: Json): string[] => {
  if (Array.isArray(value)) return value.flatMap(keysWithin);
  return isJsonObject(value)
    ? Object.entries(value).flatMap(([key, inner]) => [key, ...keysWithin(inner)])
    : [];
};

const expectSound = (result: NormalizedDelivery | null): void => {
  if (result === null) return;
  const { facts, snapshot, deletion, keys } = result;
  expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  const fields: Json = JSON.parse(JSON.stringify(snapshot?.fields ?? {}));
  expect(keysWithin(fields)).not.toContain('emailAddress');
  expect(keysWithin(fields)).not.toContain('avatarUrls');
  for (const id of [facts.issue_id, snapshot?.issue_id, deletion?.issue_id])
    expect(isIssueId(id ?? '1')).toBe(true);
  const project = [facts.project_key, snapshot?.fields.project_key];
  for (const key of [...keys, ...project, snapshot?.fields.parent_key])
    expect(isIssueKey(key ?? 'A')).toBe(true);
  expect(facts.unread_fields.length).toBeLessThanOrEqual(50);
};

const FIELDS = [
  'issuetype project fixVersions versions resolution created updated priority labels issuelinks assignee status',
  'components description summary subtasks reporter parent duedate sprint customfield_1 customfield_2',
].flatMap((line) => line.split(' '));
const PARTS = [
  'timestamp',
  'issue_event_type_name',
  'user',
  'changelog',
  'comment',
  'worklog',
  'issueLink',
  'project',
];

const anyOf = (names: string[]): fc.Arbitrary<JsonObject> =>
  fc
    .record(Object.fromEntries(names.map((field) => [field, anyJson])), { requiredKeys: [] })
    .map((record) => JSON.parse(JSON.stringify(record)));
const webhookEvent = fc.constantFrom(
  'jira:issue_updated',
  'jira:issue_deleted',
  'comment_created',
  'project_created',
  'user_created',
);

describe('whatever a sender puts anywhere', () => {
  it('never throws and gives sound JSON, because a fault of ours must never cost a delivery', {
    tags: ['deep'],
  }, () => {
    fc.assert(
      fc.property(anyJson, (body) => expectSound(run(body))),
      { numRuns: depth(100, 300) },
    );
  });

  it('is sound in every known place of the body, because each is read by its own code', {
    tags: ['deep'],
  }, () => {
    fc.assert(
      fc.property(anyOf(PARTS), webhookEvent, anyJson, (parts, event, issue) => {
        expectSound(run({ ...parts, webhookEvent: event, issue }));
      }),
      { numRuns: depth(70, 500) },
    );
  });

  it('is sound in every field of a full issue, because most of the reading happens there', {
    tags: ['deep'],
  }, () => {
    fc.assert(
      fc.property(anyOf(FIELDS), anyOf(PARTS), (fields, parts) => {
        const { updated: _, ...rest } = fields;
        const result = run(fullBody(rest, parts));
        expectSound(result);
        if (result) expect(result.snapshot).not.toBeNull();
      }),
      { numRuns: depth(100, 1_000) },
    );
  });

  it('is sound in every property of changelog items, because their names are those of functions', () => {
    const item = anyOf(['field', 'fieldId', 'from', 'fromString', 'to', 'toString']);
    fc.assert(
      fc.property(fc.array(fc.oneof(item, anyJson)), (items) =>
        expectSound(run(fullBody({}, { changelog: { items } }))),
      ),
    );
  });
});

describe('a real body with one node replaced', () => {
  const bodies: JsonObject[] = readdirSync(FIXTURES).map((file) => fixture(file.replace('.json', '')));
  const mutated = fc.constantFrom(...bodies).chain((body) => withOneNodeReplaced(body));

  it('never throws and gives sound JSON, because sites and versions differ in single places', {
    tags: ['deep'],
  }, () => {
    fc.assert(
      fc.property(mutated, (body) => expectSound(run(body))),
      { numRuns: depth(150, 1_500) },
    );
  });

  it('gives the same again for the same bytes, because replay must not change what is stored', () => {
    fc.assert(
      fc.property(mutated, (body) => {
        expect(run(body)).toEqual(run(body));
      }),
      { numRuns: 100 },
    );
  });
});
