import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  describeChange,
  encodeKey,
  parseDocument,
  promote,
  stage,
  takeBack,
} from '../../../../src/cli/rotate-secret/document.ts';
import { isJsonObject, type JsonObject } from '../../../../src/domain/json.ts';

const UNTIL = Date.UTC(2026, 10, 23, 12, 30, 0, 250);
const WHEN = { at_ms: UNTIL - 24 * 3_600_000, until_ms: UNTIL };

describe('the document of a secret', () => {
  it.each(['', 'a secret', '[]', 'null', '"text"', '{"a":1', '{}{}'])(
    'refuses %j, because keys need an object to lie in',
    (text) => {
      expect(() => parseDocument(text)).toThrow(
        'The secret is not a JSON object: put its keys into one first.',
      );
    },
  );

  it('never quotes what it refuses, because that is the secret', () => {
    for (const text of ['canary-5f1c', '{"jira_webhook_secret":"canary-5f1c"', '{"canary-5f1c":1e2}'])
      expect(() => parseDocument(text)).toThrow(expect.not.stringContaining('canary'));
  });

  it.each(['12345678901234567890', '1e2', '1.0', '-0', '1E400'])(
    'refuses the number %s, because it would not be written back unchanged',
    (number) => {
      expect(() => parseDocument(`{"jira_webhook_secret":"x","other":[${number}]}`)).toThrow(
        'a number that would not be written back unchanged',
      );
    },
  );

  it('takes numbers that stay as they are', () => {
    expect(parseDocument('{"a":-1.5,"b":[9007199254740991]}')).toEqual({ a: -1.5, b: [9007199254740991] });
  });
});

describe('staging', () => {
  it('puts the new secret beside the one in use', () => {
    expect(stage({ jira_webhook_secret: 'old', github_webhook_secret: 'gh' }, 'jira', 'new')).toEqual({
      jira_webhook_secret: 'old',
      github_webhook_secret: 'gh',
      jira_webhook_secret_next: 'new',
    });
  });

  it('stores the base64 of the text where keys are base64, because senders sign with the text they were given', () => {
    const document = { jira_webhook_secret: 'b2xk', jira_webhook_secret_encoding: 'base64' };
    expect(stage(document, 'jira', 'new one')).toEqual({
      ...document,
      jira_webhook_secret_next: 'bmV3IG9uZQ==',
    });
    expect(stage(document, 'github', 'new one')).toEqual({
      ...document,
      github_webhook_secret_next: 'new one',
    });
  });
});

describe('promoting', () => {
  it('moves the staged key up and gives the old one its grace', () => {
    const document = { jira_webhook_secret: 'old', jira_webhook_secret_next: 'new', other: 1 };
    expect(promote(document, 'jira', WHEN)).toEqual({
      jira_webhook_secret: 'new',
      jira_webhook_secret_rotated_at: '2026-11-22T12:30:00.250Z',
      jira_webhook_secret_previous: 'old',
      jira_webhook_secret_previous_until: '2026-11-23T12:30:00.250Z',
      other: 1,
    });
  });

  it('replaces what was in its grace before, because there is room for one', () => {
    const document = {
      jira_webhook_secret_previous: 'older',
      jira_webhook_secret_previous_until: '2020-01-01T00:00:00.000Z',
      jira_webhook_secret: 'old',
      jira_webhook_secret_next: 'new',
    };
    expect(promote(document, 'jira', WHEN)).toEqual({
      jira_webhook_secret: 'new',
      jira_webhook_secret_rotated_at: '2026-11-22T12:30:00.250Z',
      jira_webhook_secret_previous: 'old',
      jira_webhook_secret_previous_until: '2026-11-23T12:30:00.250Z',
    });
  });

  it.each([{}, { commits_webhook_secret: '' }, { commits_webhook_secret: null }])(
    'gives no grace to %j, because there is nothing that verified',
    (document) => {
      expect(promote({ ...document, commits_webhook_secret_next: 'new' }, 'commits', WHEN)).toEqual({
        commits_webhook_secret: 'new',
        commits_webhook_secret_rotated_at: '2026-11-22T12:30:00.250Z',
      });
    },
  );
});

describe('the time of a rotation', () => {
  it('is that of the last one, because an old secret is warned of by it', () => {
    const document = {
      jira_webhook_secret: 'old',
      jira_webhook_secret_rotated_at: '2020-01-01T00:00:00.000Z',
      jira_webhook_secret_next: 'new',
    };
    expect(promote(document, 'jira', WHEN).jira_webhook_secret_rotated_at).toBe('2026-11-22T12:30:00.250Z');
  });
});

describe('taking back', () => {
  it('removes the staged key of its source only', () => {
    const document = {
      jira_webhook_secret: 'old',
      jira_webhook_secret_next: 'new',
      github_webhook_secret_next: 'gh',
    };
    expect(takeBack(document, 'jira')).toEqual({
      jira_webhook_secret: 'old',
      github_webhook_secret_next: 'gh',
    });
  });
});

/** The keys of jira that a rotation writes. */
const OURS = ['', '_next', '_previous', '_previous_until', '_rotated_at'].map(
  (suffix) => `jira_webhook_secret${suffix}`,
);

/** All keys but those, with their values, in their order. */
const others = (document: JsonObject): string =>
  JSON.stringify(Object.entries(document).filter(([name]) => !OURS.includes(name)));

/** Numbers that the command refuses are none of this test's business. */
const parse = (text: string): JsonObject => {
  const document: unknown = JSON.parse(text);
  if (!isJsonObject(document)) throw new Error('no object');
  return document;
};

describe('every change', () => {
  const names = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'toString', 'github_webhook_secret_next'));

  it('leaves all other keys as they are, in their order, whatever they are called', () => {
    fc.assert(
      fc.property(fc.dictionary(names, fc.jsonValue({ maxDepth: 2 })), fc.boolean(), (more, isBase64) => {
        const encoding = isBase64 ? { jira_webhook_secret_encoding: 'base64' } : {};
        const before = parse(JSON.stringify({ ...more, jira_webhook_secret: 'b2xk', ...encoding }));
        const staged = stage(before, 'jira', 'new');
        expect(JSON.stringify(takeBack(staged, 'jira'))).toBe(JSON.stringify(before));
        const promoted = promote(staged, 'jira', WHEN);
        expect([others(staged), others(promoted)]).toEqual([others(before), others(before)]);
      }),
    );
  });

  it('is described by names, never by values', () => {
    const before = { jira_webhook_secret: 'canary1', jira_webhook_secret_next: 'canary2', other: 'x' };
    const after = promote(before, 'jira', WHEN);
    expect(describeChange(before, after)).toEqual([
      '  adds jira_webhook_secret_rotated_at',
      '  adds jira_webhook_secret_previous',
      '  adds jira_webhook_secret_previous_until',
      '  replaces jira_webhook_secret',
      '  removes jira_webhook_secret_next',
    ]);
  });
});

describe('the text of a key', () => {
  it.each([
    ['plain text', {}, 'kéy', 'kéy'],
    ['base64', { jira_webhook_secret_encoding: 'base64' }, 'kéy', 'a8OpeQ=='],
  ])('is %s where the document has it so', (_name, document, key, text) => {
    expect(encodeKey(document, 'jira', Buffer.from(key))).toBe(text);
  });

  it('is none for bytes that are no text, where keys are text', () => {
    expect(encodeKey({}, 'jira', Buffer.from([0xff, 0x00]))).toBeNull();
    expect(encodeKey({ jira_webhook_secret_encoding: 'base64' }, 'jira', Buffer.from([0xff, 0x00]))).toBe(
      '/wA=',
    );
  });
});
