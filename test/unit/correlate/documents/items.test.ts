import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import {
  toCommitItem,
  toStoryWithoutCommits,
  toTouchedIssue,
} from '../../../../src/correlate/documents/items.ts';
import { NO_FIELDS, type Snapshot } from '../../../../src/domain/issue.ts';

const KNOWN = { repository: 'acme/shop', sha: 'aaaaaaa', title: 'SHOP-1 Pay', author_name: 'Ada' };

const phoenixOf = (committed_ms: number) => toCommitItem({ ...KNOWN, committed_ms }).phoenix_committed_at;

const DELETED_ONLY: Snapshot = {
  ...NO_FIELDS,
  tenant_id: 'default',
  issue_id: '10001',
  version: null,
  deleted: true,
  deleted_at: '2026-11-22T19:00:00.000Z',
  superseded_by: null,
  last_event: null,
  schema_version: null,
};

const FULL: Snapshot = {
  ...DELETED_ONLY,
  issue_key: 'SHOP-1',
  summary: 'Pay by invoice',
  status: 'In Progress',
  fix_versions: ['2.0', '1.0'],
  updated_at: '2026-11-22T18:59:00.000Z',
  phoenix_updated_at: '2026-11-22T11:59:00.000-07:00',
  version: { updated_ms: 1_795_287_540_000, timestamp_ms: 1_795_287_541_000 },
  deleted: false,
  deleted_at: null,
  last_event: {
    event_id: 'evt_1',
    event_type: 'jira:issue_updated',
    idempotency_key: 'id-1',
    received_at: '2026-11-22T12:00:00.000-07:00',
  },
  schema_version: 1,
};

describe('a commit', () => {
  it('shows its title and both times', () => {
    expect(toCommitItem({ ...KNOWN, committed_ms: 1_795_287_600_000 })).toEqual({
      repository: 'acme/shop',
      sha: 'aaaaaaa',
      message_title: 'SHOP-1 Pay',
      author_name: 'Ada',
      committed_at: '2026-11-21T19:00:00.000Z',
      phoenix_committed_at: '2026-11-21T12:00:00.000-07:00',
    });
  });

  it('has no time when no sender gives one, because absent is null', () => {
    const { committed_at, phoenix_committed_at } = toCommitItem({ ...KNOWN, committed_ms: null });
    expect([committed_at, phoenix_committed_at]).toEqual([null, null]);
  });

  it('says when it names more keys than are looked at, and nothing when it does not', () => {
    expect(toCommitItem({ ...KNOWN, committed_ms: 0, keys_truncated: true }).keys_truncated).toBe(true);
    expect('keys_truncated' in toCommitItem({ ...KNOWN, committed_ms: 0 })).toBe(false);
  });

  it.each(['01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12'])(
    'is seven hours behind UTC in month %s, because Arizona has no daylight saving time',
    (month) => {
      const ms = Date.parse(`2026-${month}-15T06:30:00.000Z`);
      expect(phoenixOf(ms)).toBe(`2026-${month}-14T23:30:00.000-07:00`);
    },
  );

  it('agrees with the time zone database at any instant, because the offset is a constant of ours', () => {
    const anyMs = fc.integer({ min: Date.UTC(1970, 0), max: Date.UTC(2100, 0) });
    fc.assert(
      fc.property(anyMs, (ms) => {
        expect(phoenixOf(ms)).toBe(DateTime.fromMillis(ms, { zone: 'America/Phoenix' }).toISO());
      }),
      { numRuns: 500 },
    );
  });
});

describe('a touched issue', () => {
  it('names the event whose fields its snapshot shows', () => {
    expect(toTouchedIssue(FULL)).toEqual({
      issue_key: 'SHOP-1',
      issue_id: '10001',
      updated_at: '2026-11-22T18:59:00.000Z',
      phoenix_updated_at: '2026-11-22T11:59:00.000-07:00',
      event_type: 'jira:issue_updated',
      event_id: 'evt_1',
      idempotency_key: 'id-1',
      outcome: 'applied',
      deleted: false,
    });
  });

  it('has nulls when only its deletion was delivered, because nothing else is known', () => {
    expect(toTouchedIssue(DELETED_ONLY)).toEqual({
      issue_key: null,
      issue_id: '10001',
      updated_at: null,
      phoenix_updated_at: null,
      event_type: null,
      event_id: null,
      idempotency_key: null,
      outcome: null,
      deleted: true,
    });
  });
});

describe('a story without commits', () => {
  it('keeps its versions in payload order, because Jira shows them so', () => {
    expect(toStoryWithoutCommits(FULL)).toEqual({
      issue_key: 'SHOP-1',
      issue_id: '10001',
      summary: 'Pay by invoice',
      status: 'In Progress',
      fix_versions: ['2.0', '1.0'],
      phoenix_updated_at: '2026-11-22T11:59:00.000-07:00',
    });
  });
});
