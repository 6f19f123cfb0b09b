import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/domain/json.ts';
import { adfText } from '../../../src/normalize/adf.ts';

const doc = (...content: Json[]): Json => ({ type: 'doc', version: 1, content });
const text = (value: string): Json => ({ type: 'text', text: value, marks: [{ type: 'strong' }] });
const block = (type: string, ...content: Json[]): Json => ({ type, content });
const p = (...content: Json[]): Json => block('paragraph', ...content);
const inline = (type: string, attrs: Json): Json => ({ type, attrs });

describe('the text of a document', () => {
  it('has a line for each paragraph and heading, because that is how it reads', () => {
    expect(
      adfText(doc(block('heading', text('Goal')), p(text('one '), text('two')), p(), p(text('three')))),
    ).toBe('Goal\none two\nthree');
  });

  it('has a line for each list item at any level, because lists nest', () => {
    const inner = block('orderedList', block('listItem', p(text('b'))), block('listItem', p(text('c'))));
    expect(
      adfText(
        doc(block('bulletList', block('listItem', p(text('a')), inner), block('listItem', p(text('d'))))),
      ),
    ).toBe('a\nb\nc\nd');
  });

  it('has a line for each table row with tabs between cells, because a row belongs together', () => {
    const cell = (...lines: string[]) => block('tableCell', ...lines.map((line) => p(text(line))));
    const head = block(
      'tableRow',
      block('tableHeader', p(text('Name'))),
      block('tableHeader', p(text('Size'))),
    );
    expect(
      adfText(doc(block('table', head, block('tableRow', cell('a', 'b'), cell('1'))), p(text('after')))),
    ).toBe('Name\tSize\na b\t1\nafter');
  });

  it('starts a line for a row whose first cell is empty, because an empty cell must not join two rows', () => {
    const row = (...cells: Json[][]) =>
      block('tableRow', ...cells.map((cell) => block('tableCell', p(...cell))));
    expect(adfText(doc(block('table', row([text('a')], [text('b')]), row([], [text('c')]))))).toBe('a\tb\nc');
  });

  it('breaks a line where the author did, because a hard break is text', () => {
    expect(adfText(doc(p(text('a'), { type: 'hardBreak' }, text('b'))))).toBe('a\nb');
    const twice = [{ type: 'hardBreak' }, { type: 'hardBreak' }];
    expect(adfText(doc(p(text('a'), ...twice, text('b'))))).toBe('a\n\nb');
  });

  it.each([
    ['mention', { id: '1', text: '@Ann' }, '@Ann'],
    ['emoji', { shortName: ':+1:', text: '👍' }, '👍'],
    ['emoji', { shortName: ':site-emoji:' }, ':site-emoji:'],
    ['inlineCard', { url: 'https://example.com/x' }, 'https://example.com/x'],
    ['status', { text: 'BLOCKED', color: 'red' }, 'BLOCKED'],
    ['date', { timestamp: '1793145600000' }, '2026-10-28'],
    ['date', { timestamp: 1_793_145_600_000 }, '2026-10-28'],
    ['date', { timestamp: '1e400' }, ''],
    ['date', { timestamp: 'soon' }, ''],
    ['date', { timestamp: '0' }, '1970-01-01'],
    ['date', { timestamp: '-1' }, ''],
    ['date', { timestamp: 0.5 }, ''],
    ['date', { timestamp: 253_402_300_799_999 }, '9999-12-31'],
    ['date', { timestamp: 253_402_300_800_000 }, ''],
    ['date', { timestamp: null }, ''],
    ['emoji', { shortName: ':gone:', text: '' }, ':gone:'],
    ['mention', { id: '1' }, ''],
    ['mention', 'Ann', ''],
  ])('shows the inline node %s %j, because readers see it', (type, attrs, shown) => {
    expect(adfText(doc(p(text('<'), inline(type, attrs), text('>'))))).toBe(`<${shown}>`);
  });

  it.each(['blockCard', 'embedCard'])(
    'shows the address of a %s on a line of its own, because that is all it holds',
    (type) => {
      expect(adfText(doc(p(text('see')), inline(type, { url: 'https://example.com' }), p(text('end'))))).toBe(
        'see\nhttps://example.com\nend',
      );
    },
  );

  it('shows no address of another block, because what it holds is its text', () => {
    expect(adfText(doc(inline('panel', { url: 'https://example.com' }), p(text('end'))))).toBe('end');
  });

  it('looks into blocks it does not know, because new ones are added', () => {
    expect(adfText(doc(block('panel', p(text('a'))), block('expandOfTomorrow', p(text('b')))))).toBe('a\nb');
  });

  it.each([doc(), { type: 'doc' }, doc(p())])(
    'is empty for %j, because nothing is written there',
    (value) => {
      expect(adfText(value)).toBe('');
    },
  );

  it('leaves out what is no node, because the rest still reads', () => {
    expect(
      adfText(
        doc(
          null,
          5,
          'x',
          [p(text('no'))],
          {},
          { type: 5, content: 'x' },
          p({ type: 'text', text: 5 }, text('a')),
        ),
      ),
    ).toBe('a');
  });

  it.each(['x', 5, true, [], {}, { type: 'paragraph', content: [] }, { type: 'doc', content: 'x' }])(
    'does not exist for %j, because that is no document',
    (value) => {
      expect(adfText(value)).toBeUndefined();
    },
  );

  it('is found a million levels down and in a million pieces, because nothing limits a sender', () => {
    const deep = `${'{"type":"panel","content":['.repeat(1_000_000)}{"type":"text","text":"x"}${']}'.repeat(1_000_000)}`;
    expect(adfText(JSON.parse(`{"type":"doc","content":[${deep}]}`))).toBe('x');
    const wide = doc(...Array.from({ length: 100_000 }, () => p(text('x'))));
    expect(adfText(wide)).toHaveLength(199_999);
  });
});
