import { describe, expect, it } from 'vitest';
import { passesFilter } from '../../../../src/correlate/stream/passes-filter.ts';
import {
  aliasKey,
  candidateKey,
  eventKey,
  issueLinksKey,
  processingKey,
  refKey,
  snapshotKey,
} from '../../../../src/store/calls/keys.ts';
import { EXPIRY, streamRecord } from '../../../support/stream-records.ts';

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

  it('keeps snapshots out, because the event that is written after them tells of both', () => {
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
