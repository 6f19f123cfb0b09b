import { describe, expect, it } from 'vitest';
import { passesFilter, readEventId } from '../../../src/platform/stream-records.ts';
import {
  aliasKey,
  candidateKey,
  eventKey,
  issueLinksKey,
  processingKey,
  refKey,
  snapshotKey,
} from '../../../src/store/calls/keys.ts';
import { EXPIRY, streamRecord } from '../../support/stream-records.ts';

const EVENT_ID = 'evt_0123456789abcdef0123456789abcdef01234567';
const COMMIT = { kind: 'commit', repository: 'some/repository', id: '0123456789abcdef' } as const;
const PULL_REQUEST = { kind: 'pull_request', repository: 'some/repository', id: '7' } as const;

const EVENT_NAMES = ['INSERT', 'MODIFY', 'REMOVE'] as const;

/** Which changes of a row pass. */
const passing = ({ pk, sk }: { pk: string; sk: string }): string[] =>
  EVENT_NAMES.filter((eventName) => passesFilter(streamRecord(pk, sk, { eventName })));

describe('the stream filter', () => {
  it('lets a new event pass and no change of one, because an event never changes but by replay', () => {
    expect(passing(eventKey(EVENT_ID))).toEqual(['INSERT']);
  });

  it('keeps snapshots out, because the event that is written after them stands for both', () => {
    expect(passing(snapshotKey('default', '10042'))).toEqual([]);
  });

  it.each([
    ["an issue's links", issueLinksKey('default', '10042')],
    ["an event's processing status", processingKey(EVENT_ID)],
    ['a commit', refKey('default', COMMIT)],
    ['a pull request', refKey('default', PULL_REQUEST)],
    ['a commit that names a key', candidateKey('default', 'ABC-1', COMMIT)],
    ['a pull request that names a key', candidateKey('default', 'ABC-1', PULL_REQUEST)],
    ['an issue of a fix version', { pk: 'V#default#0123456789abcdef', sk: 'I#10042' }],
    ['a group of a gap listing', { pk: 'G#default#story', sk: 'G#ABC' }],
    ['the mark of the sweep', { pk: 'SWEEP#default', sk: 'W' }],
    ['a checkpoint', { pk: 'STREAM#1795386791.711959600', sk: 'shardId-00000001-some' }],
  ])('keeps %s out, because a run must not cause another one', (_what, key) => {
    expect(passing(key)).toEqual([]);
  });

  it('keeps aliases out, because the event of their delivery passes', () => {
    expect(passing(aliasKey('default', 'ABC-1', '10042'))).toEqual([]);
  });

  it('keeps expiries out, whether the record says who removed the item or not', () => {
    for (const { pk, sk } of [eventKey(EVENT_ID), snapshotKey('default', '10042')]) {
      const removed = streamRecord(pk, sk, { eventName: 'REMOVE' });
      expect(passesFilter({ ...removed, userIdentity: EXPIRY })).toBe(false);
      expect(passesFilter(removed)).toBe(false);
    }
  });

  it('keeps records out that lack what a pattern asks for, because an absent value is no allowed one', () => {
    const { eventName: _name, ...nameless } = streamRecord(`E#${EVENT_ID}`, 'E');
    expect(passesFilter(nameless)).toBe(false);
    expect(passesFilter({ eventName: 'INSERT' })).toBe(false);
    expect(passesFilter({ eventName: 'INSERT', dynamodb: {} })).toBe(false);
    expect(passesFilter({ eventName: 'INSERT', dynamodb: { Keys: { sk: { N: '1' } } } })).toBe(false);
  });

  it('compares whole values in their case, because the mapping does', () => {
    for (const sk of ['e', 's', 'E ', 'ES', '']) expect(passing({ pk: `E#${EVENT_ID}`, sk })).toEqual([]);
  });
});

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
