import { describe, expect, it } from 'vitest';
import { compareRun } from '../../../../src/correlate/documents/stored-run.ts';
import { bytesOf, documentOf, runIdOf } from '../../../support/run-documents.ts';

const stored = bytesOf(documentOf(runIdOf(5)));

describe('what lies in a place', () => {
  it.each([
    [4, 'newer'],
    [5, 'same'],
    [6, 'older'],
  ] as const)('compared with run %i is %s', (nth, standing) => {
    expect(compareRun(stored, runIdOf(nth))).toBe(standing);
  });

  it.each([
    ['nothing', null],
    ['an empty file', Buffer.alloc(0)],
    ['half a document', stored.subarray(0, stored.length / 2)],
    ['a list', Buffer.from('[]')],
    ['null', Buffer.from('null')],
    ['an object without a run id', Buffer.from('{}')],
    ['a run id that is no text', Buffer.from('{"run_id":7}')],
    ['a run id that is no ULID', Buffer.from('{"run_id":"zzzzzzzzzzzzzzzzzzzzzzzzzz"}')],
    ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe, 0x7b])],
  ])('is older than any run when it is %s, because nobody can compare with it', (_, bytes) => {
    expect(compareRun(bytes, runIdOf(0))).toBe('older');
  });
});
