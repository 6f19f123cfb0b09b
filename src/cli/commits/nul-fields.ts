const NUL = 0;

/**
 * The fields of a byte stream in which each is ended by a NUL, decoded as UTF-8; what is no UTF-8 becomes U+FFFD.
 * Only the field under way is kept. What follows the last NUL is no field.
 */
export async function* nulFields(stream: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let begun: Uint8Array[] = [];
  for await (const chunk of stream) {
    let from = 0;
    for (let end = chunk.indexOf(NUL); end !== -1; end = chunk.indexOf(NUL, from)) {
      yield Buffer.concat([...begun, chunk.subarray(from, end)]).toString('utf8');
      begun = [];
      from = end + 1;
    }
    begun.push(chunk.subarray(from));
  }
}
