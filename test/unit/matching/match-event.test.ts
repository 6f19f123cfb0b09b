import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchEvent, saidOf } from '../../../src/matching/match-event.ts';
import { encodeEventBody } from '../../../src/store/events/event-body.ts';
import { decodeEvent, eventItem, type StoredEvent } from '../../../src/store/events/event-row.ts';
import { anyEvent } from '../../support/any-event.ts';
import { NO_FILTER } from '../../support/subscriptions.ts';

const SUBSCRIPTION = {
  tenant_id: 'retail',
  filter: NO_FILTER,
  matches_since_ms: 1_000,
  status: 'active',
} as const;

const EVENT: StoredEvent = {
  tenant: 'retail',
  event_id: `evt_${'0'.repeat(40)}`,
  source: 'jira',
  outcome: 'applied',
  facts: {
    issue_id: '10417',
    issue_key: 'OPS-1',
    project_key: 'OPS',
    event_type: 'jira:issue_updated',
    issue_event_type: null,
    changes: [
      { field: 'Status', field_id: 'status', from: null, from_string: null, to: null, to_string: null },
      { field: null, field_id: null, from: null, from_string: null, to: null, to_string: null },
    ],
    actor: { id: '557058:agent', display_name: 'Agent' },
    occurred_ms: 0,
    unread_fields: [],
  },
  idempotency_key: 'x',
  received_ms: 1_000,
  run_id: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
  problem: null,
  event_name: null,
  secret: null,
  raw_stored_apart: false,
};

const rule = (subscription: object, event: object = {}): string => {
  const judged = matchEvent({ ...SUBSCRIPTION, ...subscription }, { ...EVENT, ...event });
  return judged.matches ? 'matches' : judged.rule;
};

describe('a subscription', () => {
  it('takes what its filter takes from the millisecond on from which it matches', () => {
    expect(rule({})).toBe('matches');
    expect(rule({}, { received_ms: 999 })).toBe('matches_since');
    expect(rule({ filter: { ...NO_FILTER, projects: ['X'] } })).toBe('projects');
  });

  it('takes nothing of another tenant, whatever its filter says', () => {
    expect(rule({}, { tenant: 'Retail' })).toBe('tenant');
  });

  it.each(['paused', 'open', 'disabled'])('that is %s still takes events, because they wait', (status) => {
    expect(rule({ status })).toBe('matches');
  });

  it('that is deleted takes nothing more, because nobody would send it', () => {
    expect(rule({ status: 'deleted' })).toBe('deleted');
  });
});

describe('the hops of an event', () => {
  it.each<[string, string | undefined]>([
    ['matches', undefined],
    ['matches', '0'],
    ['matches', '2'],
    ['matches', ' 2 '],
    ['matches', '1,2'],
    ['hops', '3'],
    ['hops', '03'],
    ['hops', '1,3'],
    ['hops', '3, 1'],
    ['hops', '9'.repeat(255)],
    ['hops', ''],
    ['hops', '-1'],
    ['hops', '1e0'],
    ['hops', '2.5'],
    ['hops', 'two'],
    ['hops', '2,'],
  ])('%s for %j, because a loop that nobody can count must end too', (expected, hops) => {
    const headers = hops === undefined ? {} : { 'webhook-hops': hops };
    expect(rule({}, { headers })).toBe(expected);
  });
});

describe('what an event says', () => {
  it('names each changed field by its name and its id, because people know either', () => {
    expect(saidOf(EVENT).changed_fields).toEqual(['Status', 'status']);
  });

  it('is nothing but where it is from, when its body could not be read', () => {
    expect(saidOf({ ...EVENT, facts: null, connection_id: 'con_1' })).toEqual({
      source: 'jira',
      outcome: 'applied',
      connection_id: 'con_1',
      event_type: null,
      project_key: null,
      issue_type: null,
      priority: null,
      request_type: null,
      labels: [],
      changed_fields: [],
      actor_id: null,
      hops: 0,
    });
  });

  it('is the same when its row is read again, because a sweep must find what the stream found', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        const row = eventItem(event, encodeEventBody(event, Buffer.from('{}')), 1);
        expect(saidOf(decodeEvent(row).event)).toEqual(saidOf(event));
      }),
    );
  });
});
