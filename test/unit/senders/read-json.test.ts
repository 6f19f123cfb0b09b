import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJson } from '../../../src/senders/read-json.ts';

const read = (text: string) => readJson(Buffer.from(text), 'empty');

const NOT_JSON = {
  kind: 'refused',
  problem: { type: 'body-not-json', detail: 'The body is not valid JSON.' },
};

/** In milliseconds of this process's work. */
const workFor = (act: () => void): number => {
  const before = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

describe('a body that only opens', () => {
  it.each([
    ['lists around a number', '['.repeat(3_999_999), '1'],
    ['lists around an empty text', '['.repeat(3_999_998), '""'],
    ['lists and a text that does not end', '['.repeat(3_999_990), '"]]]]'],
    ['lists behind a text of closing ones', `["${']'.repeat(500_000)}\\"",${'['.repeat(3_400_000)}`, 'null'],
    ['lists, and closes few', '['.repeat(3_900_000), ']'.repeat(99_000)],
    ['lists behind more closing ones', ']'.repeat(100_000), '['.repeat(3_900_000)],
  ])('%s is refused in a moment, because a parser would work on it for seconds', (_what, opens, end) => {
    const bytes = Buffer.from(opens + end);
    let found: unknown;
    expect(workFor(() => (found = readJson(bytes, 'empty')))).toBeLessThan(1000);
    expect(found).toMatchObject(NOT_JSON);
  });

  it('and closes all of it a million levels down is too much, because nothing that deep was meant', () => {
    const deep = (levels: number) => read(`${'['.repeat(levels)}${']'.repeat(levels)}`);
    expect(deep(2 ** 20).kind).toBe('json');
    const detail = 'The body is nested more than 1048576 levels deep.';
    expect(deep(2 ** 20 + 1)).toMatchObject({ problem: { type: 'body-not-json', status: 400, detail } });
  });

  it('and closes all of it is read, because that is JSON however deep it is', () => {
    for (const deep of [
      `${'['.repeat(300_000)}"]\\\\"${']'.repeat(300_000)}`,
      `${'{"\\"[{":'.repeat(100_000)}1${'}'.repeat(100_000)}`,
      `[${'[],{},"[",'.repeat(200_000)}0]`,
    ])
      expect(read(deep).kind).toBe('json');
  });

  it('is told from JSON without a mistake, because a body that was right must never be refused', () => {
    const pieces = fc.constantFrom('[', ']', '{', '}', '"', '\\', '\\"', '"[{"', 'x', ' ', '""', '1,');
    const before = `[${'[],'.repeat(34_000)}`;
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.array(pieces).map((all) => all.join('')),
        ),
        (text) => {
          const whole = `${before}${text}]`;
          let isJson = true;
          try {
            JSON.parse(whole);
          } catch {
            isJson = false;
          }
          expect(read(whole).kind).toBe(isJson ? 'json' : 'refused');
        },
      ),
      { numRuns: 300 },
    );
  });
});
