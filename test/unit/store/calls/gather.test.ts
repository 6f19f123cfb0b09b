import { describe, expect, it } from 'vitest';
import { type RowsReader, readAhead } from '../../../../src/store/calls/gather.ts';

const key = (pk: string) => ({ pk, sk: 'S' });

describe('rows read ahead', () => {
  it('are read with one call and no second time, but for those nobody thought of', async () => {
    const calls: string[] = [];
    const read: RowsReader = async (keys) => {
      calls.push(keys.map(({ pk }) => pk).join(' '));
      return keys.map((one) => (one.pk === 'missing' ? null : one));
    };
    const ahead = await readAhead(read, [key('a'), key('missing')]);
    expect(await ahead([key('missing'), key('a'), key('missing')])).toEqual([null, key('a'), null]);
    expect(await ahead([key('other'), key('a')])).toEqual([key('other'), key('a')]);
    expect(calls).toEqual(['a missing', 'other']);
  });
});
