import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { askGit, nulFields, readFields } from '../../../../src/cli/commits/git.ts';

describe('git', () => {
  it('answers without the end of the last line', async () => {
    expect(await askGit('/', ['version'])).toEqual({
      kind: 'done',
      text: expect.stringMatching(/^git version [^\n]+$/),
    });
  });

  it('is given arguments as they are, because no shell reads them', async () => {
    const odd = `$(exit 1); 'a" b`;
    expect(await askGit('/', ['rev-parse', '--sq-quote', odd])).toEqual({
      kind: 'done',
      text: ` '$(exit 1); '\\''a" b'`,
    });
  });

  it('that refuses says why in one line', async () => {
    const answer = await askGit('/nonexistent', ['log']);
    expect(answer).toEqual({
      kind: 'refused',
      why: expect.stringMatching(/^fatal: cannot change to '\/nonexistent'[^\n]*$/),
    });
  });

  it('that fails while it is read is an error, because half a history would look whole', async () => {
    const read = async () => {
      for await (const _ of readFields('/nonexistent', ['log']));
    };
    await expect(read()).rejects.toThrow("git log failed: fatal: cannot change to '/nonexistent'");
  });
});

async function* inChunks(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (const size of sizes) {
    yield bytes.subarray(from, from + size);
    from += size;
  }
  yield bytes.subarray(from);
}

const read = async (bytes: Buffer, sizes: readonly number[] = []): Promise<string[]> => {
  const fields: string[] = [];
  for await (const field of nulFields(inChunks(bytes, sizes))) fields.push(field);
  return fields;
};

const text = fc.string({ unit: 'grapheme', maxLength: 20 }).map((some) => some.replaceAll('\0', ''));

describe('fields of a stream', () => {
  it('are what stands before each NUL, empty ones too', async () => {
    expect(await read(Buffer.from('one\0\0th\nree\0'))).toEqual(['one', '', 'th\nree']);
  });

  it('are the same however the stream is cut, even within a character', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(text), fc.array(fc.nat(5)), async (fields, sizes) => {
        const bytes = Buffer.from(fields.map((field) => `${field}\0`).join(''));
        expect(await read(bytes, sizes)).toEqual(fields);
      }),
    );
  });

  it('leave out what no NUL ends, because its rest never came', async () => {
    expect(await read(Buffer.from('one\0tw'), [2, 3])).toEqual(['one']);
  });

  it('have U+FFFD where a byte is no UTF-8, because an old commit may hold any bytes', async () => {
    expect(await read(Buffer.from('6166e900', 'hex'))).toEqual(['af\uFFFD']);
  });
});
