import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IssueFields } from '../../../src/domain/issue.ts';
import { sortedJson } from '../../../src/domain/json.ts';
import { sameFields } from '../../../src/domain/same-fields.ts';
import { anyJson } from '../../support/any-json.ts';

const text = fc.constantFrom('a', 'b', 'c', 'ä');
const textOrNull = fc.option(text);
const names = fc.array(text, { maxLength: 4 });
const person = fc.option(fc.record({ id: textOrNull, display_name: textOrNull }));

const link = fc.record({
  type: textOrNull,
  direction: fc.constantFrom('inward' as const, 'outward' as const),
  issue_key: textOrNull,
});

const fields: fc.Arbitrary<IssueFields> = fc.record({
  issue_key: text,
  project_key: textOrNull,
  issue_type: textOrNull,
  issue_level: fc.option(fc.constantFrom('epic' as const, 'standard' as const, 'subtask' as const)),
  summary: textOrNull,
  description: textOrNull,
  status: textOrNull,
  status_category: textOrNull,
  priority: textOrNull,
  resolution: textOrNull,
  assignee: person,
  reporter: person,
  labels: names,
  components: names,
  fix_versions: names,
  affected_versions: names,
  parent_key: textOrNull,
  sprint: fc.option(fc.record({ id: text, name: text, state: text })),
  links: fc.array(link, { maxLength: 4 }),
  subtasks: names,
  due_date: textOrNull,
  created_at: textOrNull,
  updated_at: text,
  phoenix_updated_at: text,
  custom_fields: fc.dictionary(fc.constantFrom('customfield_1', 'customfield_2'), anyJson),
  truncated: names,
});

const LISTS = ['labels', 'components', 'fix_versions', 'affected_versions', 'links', 'subtasks'] as const;

/** What an answer may do differently each time without saying anything else. */
const toldAgain = (said: IssueFields): IssueFields => ({
  ...said,
  ...Object.fromEntries(LISTS.map((name) => [name, said[name].toReversed()])),
  custom_fields: Object.fromEntries(Object.entries(said.custom_fields).reverse()),
  updated_at: 'later',
  phoenix_updated_at: 'later',
});

describe('equal fields', () => {
  it('are the same in any order of lists and whenever updated, because that says nothing of the issue', () => {
    fc.assert(
      fc.property(fields, fc.constantFrom('all' as const, [], ['customfield_1']), (said, custom) => {
        expect(sameFields(said, toldAgain(said), custom)).toBe(true);
      }),
    );
  });

  it('are those that only differ in nothing, because anything else must be repaired', () => {
    const nameOf = fc.constantFrom<keyof IssueFields>(
      ...(Object.keys(fc.sample(fields, 1)[0] ?? {}) as (keyof IssueFields)[]).filter(
        (name) => !['updated_at', 'phoenix_updated_at', 'custom_fields'].includes(name),
      ),
    );
    fc.assert(
      fc.property(fields, fields, nameOf, (said, other, name) => {
        const changed = { ...said, [name]: other[name] };
        const sorted = (value: unknown): unknown =>
          Array.isArray(value) ? value.map((part) => JSON.stringify(part)).sort() : value;
        const same = JSON.stringify(sorted(said[name])) === JSON.stringify(sorted(other[name]));
        expect(sameFields(said, changed, [])).toBe(same);
      }),
    );
  });

  it('count a name as often as it is there, because one of two is no list of both', () => {
    const [said] = fc.sample(fields, 1) as [IssueFields];
    expect(sameFields({ ...said, labels: ['a', 'a', 'b'] }, { ...said, labels: ['a', 'b', 'b'] }, [])).toBe(
      false,
    );
  });

  it('have the same custom fields, whose values only count where they are asked for', () => {
    fc.assert(
      fc.property(fields, anyJson, anyJson, (said, one, other) => {
        const first = { ...said, custom_fields: { customfield_1: one } };
        const second = { ...said, custom_fields: { customfield_1: other } };
        expect(sameFields(first, second, [])).toBe(true);
        expect(sameFields(first, second, 'all')).toBe(sortedJson(one) === sortedJson(other));
        expect(sameFields(first, second, ['customfield_1'])).toBe(sortedJson(one) === sortedJson(other));
        expect(sameFields(first, second, ['customfield_2', '__proto__'])).toBe(true);
        expect(sameFields(first, { ...said, custom_fields: {} }, [])).toBe(false);
        expect(sameFields(first, { ...said, custom_fields: { customfield_2: one } }, [])).toBe(false);
      }),
    );
  });
});

describe('JSON in order', () => {
  it('says all that JSON says, because an identity that forgets something would make two events one', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        expect(JSON.parse(sortedJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('is one text for objects in any order at any depth, and keeps the order of lists', () => {
    expect(sortedJson({ b: [{ d: 1, c: 2 }], a: null })).toBe(sortedJson({ a: null, b: [{ c: 2, d: 1 }] }));
    expect(sortedJson([1, 2])).not.toBe(sortedJson([2, 1]));
    const [one, other] = ['{"__proto__":{"b":1,"a":2},"x":1}', '{"x":1,"__proto__":{"a":2,"b":1}}'];
    expect(sortedJson(JSON.parse(one))).toBe(sortedJson(JSON.parse(other)));
    expect(sortedJson(JSON.parse(one))).toContain('__proto__');
  });
});
