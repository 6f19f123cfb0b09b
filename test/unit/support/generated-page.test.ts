import { describe, expect, it } from 'vitest';
import { checkMeasured, replaceMeasured } from '../../support/generated-page.ts';

const PAGE = [
  '# A page',
  '<!-- measured speed 0000000000000000 -->',
  '<!-- end of measured speed -->',
  'after',
].join('\n');

describe('the measured part of a page', () => {
  it('replaces what was between the comments and nothing else, because people write the rest', () => {
    const page = replaceMeasured(replaceMeasured(PAGE, 'speed', 'old'), 'speed', '| 1 |');
    expect(page.startsWith('# A page\n<!-- measured speed ')).toBe(true);
    expect(page.endsWith('| 1 |\n\n<!-- end of measured speed -->\nafter')).toBe(true);
    expect(page).not.toContain('old');
    expect(checkMeasured(page)).toEqual({ names: ['speed'], changed: [] });
  });

  it('shows a figure that was changed by hand, because nobody measured it', () => {
    const page = replaceMeasured(PAGE, 'speed', '| 100 |').replace('100', '900');
    expect(checkMeasured(page)).toEqual({ names: ['speed'], changed: ['speed'] });
  });

  it('shows a block that was never measured, because an empty one promises figures', () => {
    expect(checkMeasured(PAGE).changed).toEqual(['speed']);
  });

  it('refuses a page without the block, because the figures would be lost', () => {
    expect(() => replaceMeasured('# A page', 'speed', '1')).toThrow('no measured block speed');
  });
});
