import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitFields, leastThatFits } from '../../../src/domain/fit.ts';
import type { IssueFields } from '../../../src/domain/issue.ts';
import { cutAtCodePoint } from '../../../src/domain/sizes.ts';
import { compress } from '../../../src/platform/codec.ts';

const BASE: IssueFields = {
  issue_key: 'ORB-41',
  project_key: 'ORB',
  issue_type: 'Story',
  issue_level: 'standard',
  summary: 'Import',
  description: 'abcdefghij',
  status: 'To Do',
  status_category: 'new',
  priority: null,
  resolution: null,
  assignee: { id: 'a', display_name: 'Ann' },
  reporter: null,
  labels: [],
  components: [],
  fix_versions: ['1.4.0'],
  affected_versions: [],
  parent_key: null,
  sprint: null,
  links: [{ type: 'Blocks', direction: 'outward', issue_key: 'ORB-2' }],
  subtasks: [],
  due_date: null,
  created_at: null,
  updated_at: '2026-10-20T16:00:03.552Z',
  phoenix_updated_at: '2026-10-20T09:00:03.552-07:00',
  custom_fields: {
    customfield_1: 'x',
    customfield_2: 'x'.repeat(50),
    customfield_3: 'x'.repeat(20),
    customfield_4: 'y',
  },
  truncated: [],
};

/** Text that does not compress, so that sizes are what they seem. */
const noise = (length: number): string => {
  let text = '';
  for (let n = 0; text.length < length; n++) text += createHash('sha512').update(`${n}`).digest('base64');
  return text.slice(0, length);
};

const json = (fields: IssueFields): number => JSON.stringify(fields).length;
const customCount = (fields: IssueFields): number => Object.keys(fields.custom_fields).length;

describe('fields that fit', () => {
  it('stay the very same object, because nothing has to be done', () => {
    expect(fitFields(BASE, () => true)).toBe(BASE);
  });
});

describe('fields that do not fit', () => {
  it('lose custom fields first, largest first, because the rest is what people look at', () => {
    const result = fitFields(BASE, (fields) => customCount(fields) <= 2);
    expect(result).toEqual({
      ...BASE,
      custom_fields: { customfield_1: 'x', customfield_4: 'y' },
      truncated: ['customfield_2', 'customfield_3'],
    });
  });

  it('lose equally large custom fields by name, because the same fields must always lose the same', () => {
    const fits = (fields: IssueFields) => customCount(fields) <= 1;
    const shuffled = {
      customfield_4: 'y',
      customfield_3: 'x'.repeat(20),
      customfield_1: 'x',
      customfield_2: 'x'.repeat(50),
    };
    const truncated = ['customfield_2', 'customfield_3', 'customfield_1'];
    expect(fitFields(BASE, fits).truncated).toEqual(truncated);
    expect(fitFields({ ...BASE, custom_fields: shuffled }, fits).truncated).toEqual(truncated);
  });

  it('lose the end of the description next, and no more of it than they must', () => {
    const result = fitFields(
      BASE,
      (fields) => customCount(fields) === 0 && (fields.description?.length ?? 0) <= 7,
    );
    expect(result).toMatchObject({ description: 'abcdefg', links: BASE.links });
    expect(result.truncated).toEqual([
      'customfield_2',
      'customfield_3',
      'customfield_1',
      'customfield_4',
      'description',
    ]);
  });

  it('never lose half a character, because a lone surrogate is no text', () => {
    const emoji = { ...BASE, custom_fields: {}, description: 'a😀😀😀' };
    const result = fitFields(emoji, (fields) => (fields.description?.length ?? 0) <= 4);
    expect(result).toMatchObject({ description: 'a😀', truncated: ['description'] });
  });

  it('lose the links next, because Jira still has them', () => {
    const result = fitFields({ ...BASE, custom_fields: {} }, (fields) => fields.links.length === 0);
    expect(result).toMatchObject({ description: '', links: [], truncated: ['description', 'links'] });
  });

  it('lose what else is largest at last, because the limits of the store never show', () => {
    const big = {
      ...BASE,
      custom_fields: {},
      description: null,
      links: [],
      labels: ['x'.repeat(99)],
      summary: 'y'.repeat(50),
    };
    expect(fitFields(big, (fields) => fields.labels.length === 0)).toEqual({
      ...big,
      labels: [],
      truncated: ['labels'],
    });
    const shorter = fitFields(
      big,
      (fields) => fields.labels.length === 0 && (fields.summary?.length ?? 0) <= 12,
    );
    expect(shorter).toEqual({
      ...big,
      labels: [],
      summary: 'y'.repeat(12),
      truncated: ['labels', 'summary'],
    });
  });

  it('keep key, level and instants even if nothing fits, because without them they are no snapshot', () => {
    const result = fitFields(BASE, () => false);
    expect(result).toMatchObject({
      issue_key: 'ORB-41',
      project_key: 'ORB',
      issue_level: 'standard',
      updated_at: '2026-10-20T16:00:03.552Z',
      custom_fields: {},
      description: '',
      links: [],
      summary: '',
      fix_versions: [],
      assignee: null,
    });
    expect(result.truncated).not.toContain('priority');
  });

  it('name up to 100 custom fields that went, and more of them as one, because the list must fit too', () => {
    const numbered = (count: number): IssueFields => ({
      ...BASE,
      custom_fields: Object.fromEntries(Array.from({ length: count }, (_, n) => [`customfield_${n}`, n])),
    });
    expect(fitFields(numbered(100), () => false).truncated[99]).toMatch(/^customfield_/);
    const many = fitFields(numbered(101), () => false);
    expect(many.truncated[0]).toBe('custom_fields');
    expect(many).toMatchObject({ issue_key: 'ORB-41', custom_fields: {} });
    const some = fitFields(
      numbered(101),
      (fields) => customCount(fields) === 0 && fields.truncated.length > 1,
    );
    expect(some.truncated).toHaveLength(101);
  });

  it('list nothing that was empty before, because nothing of it is missing', () => {
    const bare = { ...BASE, description: '', summary: '', links: [], custom_fields: {} };
    expect(fitFields(bare, () => false).truncated.toSorted()).toEqual(
      ['assignee', 'fix_versions', 'issue_type', 'status', 'status_category'].toSorted(),
    );
  });

  it('list 100,000 custom fields by one name, because the names alone could be too large', () => {
    const names = Array.from({ length: 100_000 }, (_, n) => `customfield_${n}`);
    const many = { ...BASE, custom_fields: Object.fromEntries(names.map((name) => [name, 1])) };
    const result = fitFields(many, (fields) => json(fields) < 2000);
    expect(result).toEqual({ ...many, custom_fields: {}, truncated: ['custom_fields'] });
  });

  it('fit after few tries, because each try compresses megabytes', () => {
    let tries = 0;
    const custom = Array.from({ length: 300 }, (_, n) => [`customfield_${n}`, noise(2000 + n)]);
    const huge = {
      ...BASE,
      custom_fields: Object.fromEntries(custom),
      description: noise(2_000_000),
      summary: noise(900_000),
      labels: Array.from({ length: 10_000 }, (_, n) => `label-${n}`),
    };
    const result = fitFields(huge, (fields) => {
      tries += 1;
      return compress(JSON.stringify(fields)).length < 300_000;
    });
    expect(compress(JSON.stringify(result)).length).toBeLessThan(300_000);
    expect(compress(JSON.stringify(result)).length).toBeGreaterThan(290_000);
    expect(result.truncated).toEqual(['custom_fields', 'description', 'links', 'summary']);
    expect(tries).toBeLessThan(80);
  });

  it('are never changed in place, whatever fits, because the caller may still need them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 900 }), fc.string(), (limit, description) => {
        const before = structuredClone({ ...BASE, description });
        const input = structuredClone(before);
        const fits = (fields: IssueFields) => json(fields) <= limit;
        const result = fitFields(input, fits);
        expect(input).toEqual(before);
        expect(result).toEqual(fitFields(input, fits));
        if (json({ ...BASE, description: '' }) <= limit) expect(fits(result)).toBe(true);
      }),
    );
  });
});

describe('the search for the least', () => {
  it.each([
    [10, 1, 1],
    [10, 7, 7],
    [10, 10, 10],
    [1, 1, 1],
  ])('of %d with %d good finds %d, because more is never worse', (most, first, expected) => {
    expect(leastThatFits(most, (count) => count >= first)).toBe(expected);
  });

  it('finds nothing when even the most is not good or there is nothing to try', () => {
    expect(leastThatFits(10, () => false)).toBeNull();
    expect(leastThatFits(0, () => true)).toBeNull();
  });

  it('cuts text only between characters, because both halves of one belong together', () => {
    expect(['', 'a', 'a', 'a😀', 'a😀b', 'a😀b']).toEqual(
      [0, 1, 2, 3, 4, 9].map((n) => cutAtCodePoint('a😀b', n)),
    );
    expect(cutAtCodePoint('a\ud800', 2)).toBe('a\ud800');
    expect(cutAtCodePoint('\u{10000}', 1)).toBe('');
    expect(cutAtCodePoint('\u{10ffff}', 1)).toBe('');
  });
});
