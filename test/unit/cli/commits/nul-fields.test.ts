import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nulFields } from '../../../../src/cli/commits/nul-fields.ts';

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
