import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/domain/json.ts';
import { type DeliveryRead, readDelivery } from '../../../src/ingest/read-delivery.ts';
import { observationBody } from '../../../src/senders/jira/observation.ts';

const NOW = Date.UTC(2026, 2, 10, 19);

const FIELDS = { updated: '2026-03-09T19:00:00.000+0000' };
const ISSUE: JsonObject = { id: '10001', key: 'ABC-1', fields: FIELDS };

const observed = (body: Uint8Array): DeliveryRead =>
  readDelivery({ source: 'reconcile', event_name: null }, body, NOW);

const timesOf = (read: DeliveryRead) =>
  read.kind === 'read' && {
    occurred_ms: read.facts.occurred_ms,
    timestamp_ms: read.delivery?.snapshot?.timestamp_ms,
  };

describe('an issue that we read from Jira', () => {
  it('counts by the start of its read where it was read by id, and else only by its `updated`', () => {
    expect(timesOf(observed(observationBody('id', NOW, ISSUE)))).toEqual({
      occurred_ms: NOW,
      timestamp_ms: NOW,
    });
    expect(timesOf(observed(observationBody('search', NOW, ISSUE)))).toEqual({
      occurred_ms: NOW,
      timestamp_ms: 0,
    });
  });

  it('is read as any delivery is where a sender signed such a body, because a name gives no rights', () => {
    const body = observationBody('search', NOW, ISSUE);
    const read = readDelivery({ source: 'jira', event_name: null }, body, NOW);
    expect(timesOf(read)).toEqual({ occurred_ms: NOW, timestamp_ms: NOW });
    const partial = observationBody('id', NOW, { id: '10001', key: 'ABC-1' });
    expect(readDelivery({ source: 'jira', event_name: null }, partial, NOW)).toMatchObject({ kind: 'read' });
  });

  it.each<[string, JsonObject]>([
    ['issue.id', { ...ISSUE, id: null }],
    ['issue.id', { ...ISSUE, id: 'x' }],
    ['issue.key', { id: '10001', fields: FIELDS }],
    ['issue.fields.updated', { id: '10001', key: 'ABC-1' }],
    ['issue.fields.updated', { ...ISSUE, fields: { updated: '2026-03-12T19:00:00.000+0000' } }],
    ['issue.fields.updated', { ...ISSUE, fields: { updated: 'today' } }],
  ])('is refused without a usable %s, because it shows no whole issue', (path, issue) => {
    expect(observed(observationBody('id', NOW, issue))).toMatchObject({
      kind: 'refused',
      problem: { type: 'not-a-jira-webhook', status: 422, errors: [{ path }] },
    });
  });
});
