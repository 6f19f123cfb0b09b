import { describe, expect, it } from 'vitest';
import { type IssueFields, SCHEMA_VERSION } from '../../../../src/domain/issue.ts';
import { judge as judgeRanked } from '../../../../src/reconcile/observe/judge.ts';
import type { Shown } from '../../../../src/reconcile/observe/look.ts';
import type { KnownIssue } from '../../../../src/store/issues/snapshot-row.ts';
import { fieldsOf } from '../../../support/jira-deliveries.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const UPDATED = Date.UTC(2026, 2, 10, 12);
const SEEN = UPDATED + 24 * HOUR;

const said = (text: string): IssueFields => ({
  ...fieldsOf({ id: '1', key: 'A-1', updatedMs: UPDATED, text, assignee: null }),
  assignee: null,
});

const known = (change: Partial<NonNullable<KnownIssue['fields']>> = {}, deleted_ms?: number): KnownIssue => ({
  fields: {
    said: said('one'),
    version: { updated_ms: UPDATED, timestamp_ms: UPDATED + 5, event_id: 'evt_1' },
    schema_version: SCHEMA_VERSION,
    last_event: { event_id: 'evt_1', event_type: 'x', idempotency_key: 'x', received_at: 'x' },
    ...change,
  },
  deleted: deleted_ms !== undefined,
  deleted_ms: deleted_ms ?? null,
});

const shown = (change: Partial<Shown> = {}): Shown => ({
  read: 'id',
  seen_ms: SEEN,
  updated_ms: UPDATED,
  timestamp_ms: change.read === 'search' ? 0 : (change.seen_ms ?? SEEN),
  fields: said('one'),
  ...change,
});

const judge = (issue: KnownIssue | null, look: Shown) => judgeRanked(issue, look, []);

const OTHER = { fields: said('two') };

describe('a look at an issue with the same `updated`', () => {
  it('is unchanged where it says the same, however it was read', () => {
    expect(judge(known(), shown())).toEqual({ kind: 'unchanged' });
    expect(judge(known(), shown({ read: 'search' }))).toEqual({ kind: 'unchanged' });
    expect(judge(known(), shown({ seen_ms: UPDATED - HOUR }))).toEqual({ kind: 'unchanged' });
  });

  it('is unchanged where only values of custom fields differ, because Jira computes some anew at each look', () => {
    const fields = { ...said('one'), custom_fields: { customfield_10010: { value: 'another' } } };
    expect(judge(known(), shown({ fields }))).toEqual({ kind: 'unchanged' });
    expect(judge(known(), shown({ fields: { ...fields, custom_fields: {} } }))).toMatchObject({
      kind: 'repaired',
    });
  });

  it('repairs a rank whose field is known, because a backlog is ordered without moving `updated`', () => {
    const fields = { ...said('one'), custom_fields: { customfield_10010: '0|i0001:' } };
    expect(judgeRanked(known(), shown({ fields }), ['customfield_10010'])).toMatchObject({
      kind: 'repaired',
    });
    expect(judgeRanked(known(), shown({ fields, read: 'search' }), ['customfield_10010'])).toEqual({
      kind: 'undecided',
    });
    expect(judgeRanked(known(), shown({ fields }), ['customfield_1'])).toEqual({ kind: 'unchanged' });
  });

  it('repairs by its time where it was read by id, because a renamed version moves no `updated`', () => {
    expect(judge(known(), shown(OTHER))).toEqual({ kind: 'repaired', missed: false, drift: true });
  });

  it('is stale where a webhook was sent during the read, because that knows more', () => {
    expect(judge(known(), shown({ ...OTHER, seen_ms: UPDATED + 4 }))).toEqual({ kind: 'stale' });
  });

  it('is undecided where it is a row of a search, because the index may be hours old', () => {
    expect(judge(known(), shown({ ...OTHER, read: 'search' }))).toEqual({ kind: 'undecided' });
  });

  it('is no drift within 30 minutes of an update, because its webhook may be on its way', () => {
    const just = shown({ ...OTHER, seen_ms: UPDATED + 30 * MINUTE });
    expect(judge(known(), just)).toEqual({ kind: 'repaired', missed: false, drift: false });
  });
});

describe('a look that shows a greater `updated`', () => {
  const LATER = { updated_ms: UPDATED + HOUR };

  it('raises the version where nothing else differs, and is no drift', () => {
    expect(judge(known(), shown(LATER))).toEqual({ kind: 'raised' });
    expect(judge(known(), shown({ ...LATER, read: 'search' }))).toEqual({ kind: 'raised' });
  });

  it('repairs where values of custom fields differ, because now they tell of a change', () => {
    const fields = { ...said('one'), custom_fields: { customfield_10010: { value: 'another' } } };
    expect(judge(known(), shown({ ...LATER, fields }))).toMatchObject({ kind: 'repaired' });
  });

  it('was missed where the change is older than 30 minutes, however it was read', () => {
    const missed = { kind: 'repaired', missed: true, drift: true };
    expect(judge(known(), shown({ ...LATER, ...OTHER }))).toEqual(missed);
    expect(judge(known(), shown({ ...LATER, ...OTHER, read: 'search' }))).toEqual(missed);
    const soon = shown({ ...LATER, ...OTHER, seen_ms: UPDATED + HOUR + 29 * MINUTE });
    expect(judge(known(), soon)).toEqual({ kind: 'repaired', missed: false, drift: false });
  });
});

describe('a look at an issue that is not known', () => {
  it('is new, and missed where it was updated longer ago than a webhook takes', () => {
    expect(judge(null, shown())).toEqual({ kind: 'new', missed: true, drift: false });
    expect(judge(null, shown({ seen_ms: UPDATED + MINUTE }))).toEqual({
      kind: 'new',
      missed: false,
      drift: false,
    });
  });

  it('is new too where only its deletion is known, if it was read before that', () => {
    const deletion = { ...known({}, SEEN), fields: null };
    expect(judge(deletion, shown())).toMatchObject({ kind: 'new' });
  });
});

describe('what an older normalizer read', () => {
  const OLD = { schema_version: SCHEMA_VERSION - 1 };

  it('is written again and is no drift, because it differs by itself', () => {
    expect(judge(known(OLD), shown())).toEqual({ kind: 'repaired', missed: false, drift: false });
    expect(judge(known(OLD), shown({ read: 'search' }))).toEqual({ kind: 'undecided' });
    expect(judge(known(OLD), shown({ updated_ms: UPDATED + HOUR }))).toEqual({
      kind: 'repaired',
      missed: true,
      drift: false,
    });
  });
});

describe('a look that contradicts', () => {
  const EARLIER = { ...OTHER, updated_ms: UPDATED - 1 };

  it('shows a smaller `updated` more than an hour later, as a restored backup does', () => {
    expect(judge(known(), shown(EARLIER))).toEqual({ kind: 'contradiction' });
  });

  it('is only stale within the hour or in a search, because an index is late and clocks differ', () => {
    const soon = shown({ ...EARLIER, seen_ms: UPDATED + 5 + HOUR });
    expect(judge(known(), soon)).toEqual({ kind: 'stale' });
    expect(judge(known(), shown({ ...EARLIER, read: 'search' }))).toEqual({ kind: 'stale' });
  });

  it('is only stale where what is known was updated after the read, because a row of a search has no time', () => {
    const found = known({ version: { updated_ms: UPDATED, timestamp_ms: 0, event_id: 'evt_1' } });
    expect(judge(found, shown({ ...EARLIER, seen_ms: UPDATED - MINUTE }))).toEqual({ kind: 'stale' });
    expect(judge(found, shown({ ...EARLIER, seen_ms: UPDATED + HOUR }))).toEqual({ kind: 'stale' });
    expect(judge(found, shown({ ...EARLIER, seen_ms: UPDATED + HOUR + 1 }))).toEqual({
      kind: 'contradiction',
    });
  });

  it('shows an issue that a webhook marked deleted more than an hour before, whatever else it shows', () => {
    for (const look of [shown(), shown(OTHER), shown({ ...OTHER, updated_ms: UPDATED + HOUR })])
      expect(judge(known({}, UPDATED + HOUR), look)).toEqual({ kind: 'contradiction' });
    expect(judge({ ...known({}, UPDATED), fields: null }, shown())).toEqual({ kind: 'contradiction' });
  });

  it('is left to a read by id where a search shows a deleted issue, because its index may not know yet', () => {
    const row = shown({ ...OTHER, read: 'search', updated_ms: UPDATED + HOUR });
    expect(judge(known({}, SEEN), row)).toEqual({ kind: 'undecided' });
    expect(judge({ ...known({}, UPDATED), fields: null }, row)).toEqual({ kind: 'undecided' });
  });

  it('is none where it was read before the deletion, or by a search whose index is late', () => {
    expect(judge(known({}, SEEN + 1), shown())).toEqual({ kind: 'unchanged' });
    expect(judge(known({}, UPDATED), shown({ read: 'search' }))).toEqual({ kind: 'unchanged' });
  });
});
