import { describe, expect, it } from 'vitest';
import { readHint } from '../../../src/stream/read-hint.ts';
import { streamRecord } from '../../support/stream-records.ts';

const EVENT_ID = 'evt_0123456789abcdef0123456789abcdef01234567';

describe('a hint', () => {
  it('names the tenant and the issue of a snapshot, because the key holds both', () => {
    const hint = { kind: 'issue', tenant: 'default', issue_id: '10042' };
    expect(readHint(streamRecord('I#default#10042', 'S'))).toEqual(hint);
  });

  it('names the tenant of another site, because the same issue id may be there too', () => {
    const hint = { kind: 'issue', tenant: 'site-2', issue_id: '10042' };
    expect(readHint(streamRecord('I#site-2#10042', 'S'))).toEqual(hint);
  });

  it('names the event, because the handler reads it itself', () => {
    expect(readHint(streamRecord(`E#${EVENT_ID}`, 'E'))).toEqual({ kind: 'event', event_id: EVENT_ID });
  });

  it('depends on the keys alone, because what a change was is the filter to judge', () => {
    for (const eventName of ['INSERT', 'MODIFY', 'REMOVE'] as const)
      expect(readHint(streamRecord('I#default#1', 'S', { eventName }))).toMatchObject({ issue_id: '1' });
  });

  it.each([
    ['what correlation knows of an issue', 'I#default#10042', 'L'],
    ['the processing status of an event', `E#${EVENT_ID}`, 'P'],
    ['an alias', 'K#default#ABC-1', 'I#10042'],
    ['a commit', 'C#default#some/repository#0123456789abcdef', 'L'],
    ['a checkpoint of the stream', 'STREAM#1795386791.711959600', 'shardId-00000001-some'],
    ['an issue without a tenant', 'I##10042', 'S'],
    ['an issue whose id is no number', 'I#default#ABC-1', 'S'],
    ['an issue id with more than 20 digits', 'I#default#123456789012345678901', 'S'],
    ['more than an issue', 'I#default#1#2', 'S'],
    ['an event id of another form', 'E#evt_42', 'E'],
    ['an event id under a prefix that is none of ours', `X#${EVENT_ID}`, 'E'],
    ['an event where an issue should be', `E#${EVENT_ID}`, 'S'],
    ['an issue where an event should be', 'I#default#10042', 'E'],
    ['empty keys', '', ''],
  ])('is not made of %s, because its keys are none that correlation looks at', (_what, pk, sk) => {
    expect(readHint(streamRecord(pk, sk))).toBeNull();
  });

  it('is not made of a record without our keys, because the table could be another one', () => {
    expect(readHint({})).toBeNull();
    expect(readHint({ dynamodb: {} })).toBeNull();
    expect(readHint({ dynamodb: { Keys: { id: { S: 'I#default#1' } } } })).toBeNull();
    expect(readHint({ dynamodb: { Keys: { pk: { N: '1' }, sk: { S: 'S' } } } })).toBeNull();
  });
});
