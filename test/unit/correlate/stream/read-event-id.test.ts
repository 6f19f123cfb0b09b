import { describe, expect, it } from 'vitest';
import { readEventId } from '../../../../src/correlate/stream/read-event-id.ts';
import { streamRecord } from '../../../support/stream-records.ts';

const EVENT_ID = 'evt_0123456789abcdef0123456789abcdef01234567';

describe('the event of a stream record', () => {
  it('is named by its key, because the handler reads it itself', () => {
    expect(readEventId(streamRecord(`E#${EVENT_ID}`, 'E'))).toBe(EVENT_ID);
  });

  it('depends on the keys alone, because what a change was is the filter to judge', () => {
    for (const eventName of ['INSERT', 'MODIFY', 'REMOVE'] as const)
      expect(readEventId(streamRecord(`E#${EVENT_ID}`, 'E', { eventName }))).toBe(EVENT_ID);
  });

  it.each([
    ['a snapshot, whose event comes after it', 'I#default#10042', 'S'],
    ['what correlation knows of an issue', 'I#default#10042', 'L'],
    ['the processing status of an event', `E#${EVENT_ID}`, 'P'],
    ['an alias', 'K#default#ABC-1', 'I#10042'],
    ['a commit', 'C#default#some/repository#0123456789abcdef', 'L'],
    ['a checkpoint of the stream', 'STREAM#1795386791.711959600', 'shardId-00000001-some'],
    ['an event id of another form', 'E#evt_42', 'E'],
    ['an event id under a prefix that is none of ours', `X#${EVENT_ID}`, 'E'],
    ['an event where a snapshot should be', `E#${EVENT_ID}`, 'S'],
    ['an issue where an event should be', 'I#default#10042', 'E'],
    ['empty keys', '', ''],
  ])('is none for %s, because its keys are none that correlation looks at', (_what, pk, sk) => {
    expect(readEventId(streamRecord(pk, sk))).toBeNull();
  });

  it('is none for a record without our keys, because the table could be another one', () => {
    expect(readEventId({})).toBeNull();
    expect(readEventId({ dynamodb: {} })).toBeNull();
    expect(readEventId({ dynamodb: { Keys: { id: { S: `E#${EVENT_ID}` } } } })).toBeNull();
    expect(readEventId({ dynamodb: { Keys: { pk: { N: '1' }, sk: { S: 'E' } } } })).toBeNull();
  });
});
