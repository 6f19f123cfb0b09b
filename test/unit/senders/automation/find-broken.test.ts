import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findBroken } from '../../../../src/senders/automation/find-broken.ts';
import { hintFor } from '../../../../src/senders/automation/hint.ts';
import { escapeControls } from '../../../../src/senders/automation/read-body.ts';

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const signs = fc.constantFrom(...'{}[]",:\\ \n\t0-1.eEtruefalsn{{}}\u201c\'a');

/** JSON, and what becomes of it when characters are put in, taken out or replaced. */
const nearlyJson = fc
  .tuple(fc.json({ maxDepth: 4 }), fc.array(fc.tuple(fc.nat(), fc.nat(2), signs), { maxLength: 3 }))
  .map(([text, changes]) =>
    changes.reduce((before, [place, taken, put]) => {
      const at = place % (before.length + 1);
      return before.slice(0, at) + put + before.slice(at + Math.min(taken, 1));
    }, text),
  );

describe('findBroken', () => {
  it('finds nothing in JSON and something in all else, because the parser decides what is broken', () => {
    fc.assert(
      fc.property(nearlyJson, (text) => {
        const escaped = escapeControls(text);
        expect({ escaped, broken: findBroken(escaped) === null }).toEqual({
          escaped,
          broken: isJson(escaped),
        });
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['{"issue":{"fields":{"summary":"a "b" c"}}}', 'quote', ['issue', 'fields', 'summary']],
    ['{"issue":{"fields":{"summary":"a "," b"}}}', 'quote', ['issue', 'fields', 'summary']],
    ['{"labels":["a","b "c""]}', 'quote', ['labels', 1]],
    ['{"summary":""Login fails""}', 'doubled', ['summary']],
    ['{"summary":""""}', 'doubled', ['summary']],
    ['{"a":1,"summary":,"b":2}', 'missing', ['summary']],
    ['{"summary":}', 'missing', ['summary']],
    ['{"labels":[,"a"]}', 'comma-too-many', ['labels', 0]],
    ['{"labels":["a",,"b"]}', 'comma-too-many', ['labels', 1]],
    ['{"summary":"ok",,"labels":[]}', 'comma-too-many', ['summary']],
    ['{"id":"1"\n"key":"A-1"}', 'no-comma', ['id']],
    ['{"id":1\n"key":"A-1"}', 'no-comma', ['id']],
    ['{"priority":{"name":"High"} "summary":1}', 'no-comma', ['priority']],
    ['{"versions":[{"name":"1"}{"name":"2"}]}', 'no-comma', ['versions', 0]],
    ['{"labels":["a" "b"]}', 'no-comma-or-quote', ['labels', 0]],
    ['{"customfield_2":1,500}', 'thousands', ['customfield_2']],
    ['{"id":"1","key" "A-1"}', 'no-colon', ['key']],
    ['{"id":1,"key" 5}', 'no-colon', ['key']],
    ['key=A-1&id=1', 'no-object', []],
    ['<html></html>', 'no-object', []],
    ['{"labels":["a",]}', 'comma', ['labels', 1]],
    ['{"a":{"b":1,}}', 'comma', ['a', 'b']],
    ['{"summary":Login fails}', 'unquoted', ['summary']],
    ['{"points":5 or 8}', 'unquoted', ['points']],
    ['{"points":05}', 'unquoted', ['points']],
    ['{"summary":{{issue.summary}}}', 'smart-value', ['summary']],
    ['{{{#issue}}"a":1}', 'smart-value', []],
    ['{\u201csummary\u201d:1}', 'quotes', []],
    ["{'summary':1}", 'quotes', []],
    ['{"path":"C:\\users\\data"}', 'backslash', ['path']],
    ['{"path":"\\u12"}', 'backslash', ['path']],
    ['{summary:1}', 'name', []],
    ['{"summary" "x"}', 'no-colon', ['summary']],
    ['{"summary":"x', 'ends', ['summary']],
    ['{"a":{"b":[1', 'ends', ['a', 'b', 0]],
    ['', 'ends', []],
    ['{"a":1}}', 'behind', []],
    ['{"a":1} trailing', 'behind', []],
  ] as const)('says of %s that it is %s at %j, because a person must find the place', (text, fault, path) => {
    expect(findBroken(text)).toEqual({ fault, path: [...path] });
  });

  it('takes time that grows with the text, because anybody with the address can send 4 MB', () => {
    const deep = '['.repeat(100_000);
    const long = `{"a":"${'x'.repeat(4_000_000)}`;
    const many = `{"a":"${'\\n\n'.repeat(300_000)}`;
    for (const text of [long, many]) expect(findBroken(escapeControls(text))?.fault).toBe('ends');
    expect(findBroken(deep)).toMatchObject({ fault: 'deep' });
  });
});

describe('escapeControls', () => {
  it('gives back what was meant, because only control characters inside strings are touched', () => {
    const texts = fc.string({ unit: fc.constantFrom('a', '\n', '\t', '\r', '\u0001', '"', '\\', '\u00e9') });
    fc.assert(
      fc.property(fc.array(fc.tuple(texts, texts)), (members) => {
        const value = Object.fromEntries(members);
        const raw = JSON.stringify(value, null, 1).replaceAll(
          /\\(["\\])|\\([ntr])|\\u0001/g,
          (all, kept, control) => {
            if (kept !== undefined) return all;
            return { n: '\n', t: '\t', r: '\r' }[control as string] ?? '\u0001';
          },
        );
        expect(JSON.parse(escapeControls(raw))).toEqual(value);
      }),
    );
  });

  it('leaves JSON as it is, because nothing in it needs it', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(escapeControls(text)).toBe(text);
      }),
    );
  });
});

describe('hintFor', () => {
  it.each([
    [
      '{"issue":{"fields":{"summary":"a "b""}}}',
      'a quotation mark inside a string, near issue.fields.summary: write {{issue.summary.asJsonString}} without quotes around it',
    ],
    [
      '{"fields":{"summary":"a "b""},"key":"A-1"}',
      'a quotation mark inside a string, near fields.summary: write {{issue.summary.asJsonString}} without quotes around it',
    ],
    [
      '{"issue":{"fields":{"labels":["a","b",]}}}',
      'a comma before the end of a list or object, near issue.fields.labels[2]: write {{issue.labels.asJsonStringArray}} without brackets around it',
    ],
    [
      '{"issue":{"fields":{"assignee":{"displayName":}}}}',
      'a value is missing after "displayName": the smart value was empty, near issue.fields.assignee.displayName; write {{issue.assignee.displayName.asJsonString|null}} without quotes around it',
    ],
    [
      '{"title":"a "b""}',
      'a quotation mark inside a string, near title: write its smart value with .asJsonString, such as {{issue.summary.asJsonString}} without quotes around it',
    ],
  ])('of %s names the field and the smart value, because a person mends the rule by it', (text, hint) => {
    expect(hintFor(text)).toBe(hint);
  });

  it('is none where a long body is broken far from its start, because looking takes time', () => {
    const long = `{"a":"${'x'.repeat(500_000)}","summary":""b""}`;
    expect(hintFor(long)).toBeNull();
    expect(hintFor(long.replaceAll('x', ''))).toContain('doubled quotes');
  });

  it('shows no value, because what stands where a name belongs may be a piece of one', () => {
    const text = '{"issue":{"secret person@example.com said":{"x":"a "b""}}}';
    expect(hintFor(text)).not.toContain('person');
  });
});
