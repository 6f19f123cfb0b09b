import { describe, expect, it } from 'vitest';
import type { Json } from '../../../../src/domain/json.ts';
import { adfText } from '../../../../src/senders/jira/adf.ts';
import { PETE } from './support.ts';

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
    ['mention', { id: '5b10ac8d82e05b22cc7d4ef5' }, '@5b10ac8d82e05b22cc7d4ef5'],
    ['mention', { id: '5b10ac8d82e05b22cc7d4ef5', text: '' }, '@5b10ac8d82e05b22cc7d4ef5'],
    ['mention', { id: 41, text: null }, '@41'],
    ['mention', { id: '', text: '' }, ''],
    ['mention', { id: { id: '1' } }, ''],
    ['mention', 'Ann', ''],
    [
      'inlineCard',
      { data: { '@type': 'Object', url: 'https://example.com/y', name: 'Y' } },
      'https://example.com/y',
    ],
    ['inlineCard', { data: { name: 'Y' } }, 'Y'],
    ['inlineCard', { data: 'Y' }, ''],
    ['mediaInline', { type: 'file', id: 'f1', alt: 'plan.pdf' }, 'plan.pdf'],
    ['mediaInline', { type: 'file', id: 'f1' }, ''],
    ['placeholder', { text: 'Who is affected?' }, 'Who is affected?'],
    ['inlineExtension', { extensionKey: 'x', text: 'RA-12' }, 'RA-12'],
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

  it('hides an address that stands for a mentioned user, because no snapshot holds one', () => {
    expect(adfText(doc(p(inline('mention', { id: 'pete@example.com' }))))).toBe(`@${PETE}`);
  });

  it.each(['expand', 'nestedExpand'])(
    'shows the title of an %s above what it holds, because that is all a closed one shows',
    (type) => {
      const expand = { type, attrs: { title: 'Steps' }, content: [p(text('one')), p(text('two'))] };
      expect(adfText(doc(p(text('see')), expand, p(text('end'))))).toBe('see\nSteps\none\ntwo\nend');
      expect(adfText(doc({ ...expand, attrs: { title: '' } }))).toBe('one\ntwo');
      expect(adfText(doc({ ...expand, content: [] }, p(text('end'))))).toBe('Steps\nend');
      expect(adfText(doc({ ...expand, attrs: { title: 5 } }))).toBe('one\ntwo');
    },
  );

  it('shows what is written for a picture and below it, because both are read', () => {
    const picture = (alt: string | null, ...rest: Json[]) =>
      block('mediaSingle', inline('media', { type: 'file', id: 'm1', alt }), ...rest);
    const caption = block('caption', text('Figure 1, '), inline('mention', { id: '7' }));
    expect(adfText(doc(p(text('see')), picture('the login page', caption), p(text('end'))))).toBe(
      'see\nthe login page\nFigure 1, @7\nend',
    );
    expect(adfText(doc(p(text('see')), picture(null), p(text('end'))))).toBe('see\nend');
    const files = [inline('media', { alt: 'a.log' }), inline('media', { alt: 'b.log' })];
    expect(adfText(doc(block('mediaGroup', ...files)))).toBe('a.log\nb.log');
  });

  it('keeps pictures and titles within their row of a table, because a row is one line', () => {
    const cells = [
      block('tableCell', block('mediaSingle', inline('media', { alt: 'a.png' })), p(text('x'))),
      block('tableCell', { type: 'nestedExpand', attrs: { title: 'T' }, content: [p(text('y'))] }),
    ];
    expect(adfText(doc(block('table', block('tableRow', ...cells)), p(text('end'))))).toBe(
      'a.png x\tT y\nend',
    );
  });

  it('has a line for each task, decision, column, quote and line of code, because that is how they read', () => {
    expect(
      adfText(
        doc(
          block(
            'taskList',
            block('taskItem', text('do '), inline('mention', { id: '7' })),
            block('taskItem', text('b')),
          ),
          block('decisionList', block('decisionItem', text('c'), inline('future', {}), text('d'))),
          block('layoutSection', block('layoutColumn', p(text('e'))), block('layoutColumn', p(text('f')))),
          block('blockquote', p(text('g')), block('codeBlock', text('h\ni'))),
          { type: 'rule' },
          inline('extension', { extensionKey: 'toc', text: 'Contents' }),
          { type: 'bodiedExtension', attrs: { text: 'Excerpt' }, content: [p(text('j'))] },
        ),
      ),
    ).toBe('do @7\nb\ncd\ne\nf\ng\nh\ni\nContents\nExcerpt\nj');
  });

  it.each([
    ['an attribute', { type: 'pill', attrs: { text: 'NEW' } }, 'NEW'],
    ['its own text', { type: 'math', text: 'E=mc²' }, 'E=mc²'],
    [
      'content',
      { type: 'tooltip', content: [text('in'), { type: 'deeper', content: [text('side')] }] },
      'inside',
    ],
    ['nothing', { type: 'anchor', attrs: { id: 'x' } }, ''],
    ['a type of its own', { type: 7, attrs: { title: 'T' } }, 'T'],
    ["a type that is an object's", { type: 'constructor', attrs: { alt: 'A' } }, 'A'],
  ])(
    'stays on one line around an inline node it does not know with %s, because new ones come',
    (_, node, shown) => {
      const line = [text('before '), node, text(' after')];
      expect(adfText(doc(p(...line)))).toBe(`before ${shown} after`);
      expect(adfText(doc(block('heading', ...line)))).toBe(`before ${shown} after`);
      expect(adfText(doc(block('blockOfTomorrow', ...line), p(text('end'))))).toBe(
        `before ${shown} after\nend`,
      );
      expect(adfText(doc(p(node, node)))).toBe(shown + shown);
    },
  );

  it('breaks the line before and after a block among text, because readers see a break', () => {
    expect(adfText(doc(p(text('a'), block('codeBlock', text('b')), text('c'))))).toBe('a\nb\nc');
    expect(
      adfText(doc(block('listItem', text('a'), block('bulletList', block('listItem', text('b')))))),
    ).toBe('a\nb');
    const unknown = { type: 'chart', attrs: { title: 'Sales' }, content: [p(text('b'))] };
    expect(adfText(doc(p(text('a')), unknown, p(text('c'))))).toBe('a\nSales\nb\nc');
  });

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

  it('is found as many levels down and in as many pieces as a body holds, because nothing else limits a sender', () => {
    // 29 characters each: 4 MB have room for fewer.
    const levels = 150_000;
    const deep = `${'{"type":"panel","content":['.repeat(levels)}{"type":"text","text":"x"}${']}'.repeat(levels)}`;
    expect(adfText(JSON.parse(`{"type":"doc","content":[${deep}]}`))).toBe('x');
    const wide = doc(...Array.from({ length: 100_000 }, () => p(text('x'))));
    expect(adfText(wide)).toHaveLength(199_999);
  });
});
