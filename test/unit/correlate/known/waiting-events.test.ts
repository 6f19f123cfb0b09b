import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { waitingOfDay, waitingSince } from '../../../../src/correlate/known/waiting-events.ts';
import { eventKey, processingKey } from '../../../../src/store/calls/keys.ts';
import { onScripted } from '../../../support/scripted-database.ts';

const EVENT_ID = `evt_${'a'.repeat(40)}`;
const NOW = Date.UTC(2026, 10, 29, 12);

const batch = z.object({ RequestItems: z.object({ jira: z.object({ ConsistentRead: z.boolean() }) }) });

/** Asks for a day with one event, whose status each kind of read shows or not. */
const waitingWhere = (shows: { eventual: boolean; strong: boolean }) => {
  const asked: string[] = [];
  let given = false;
  const done = { status: 'processed', attempts: 1, first_ms: NOW, last_ms: NOW, expires_at: 4e9 };
  const status = marshall({ ...processingKey(EVENT_ID), ...done });
  return onScripted(
    (operation, body) => {
      if (operation === 'Query') {
        const Items = given ? [] : [marshall({ ...eventKey(EVENT_ID), run_id: '01KB', outcome: 'applied' })];
        given = true;
        return { Items };
      }
      const kind = batch.parse(body).RequestItems.jira.ConsistentRead ? 'strong' : 'eventual';
      asked.push(kind);
      return { Responses: { jira: shows[kind] ? [status] : [] } };
    },
    async (table) => {
      const query = {
        tenant: 'default',
        day: '2026-11-29',
        from_ms: 0,
        to_ms: NOW,
        now_ms: NOW,
        retention_days: 365 * 60,
      };
      const waiting: string[] = [];
      for await (const page of waitingOfDay(table, query, () => AbortSignal.timeout(10_000)))
        waiting.push(...page.waiting.map(({ event_id }) => event_id));
      return { waiting, asked };
    },
  );
};

describe('an event without a status', () => {
  it('is not asked for twice where the cheaper read shows one, because a status stays', async () => {
    expect(await waitingWhere({ eventual: true, strong: true })).toEqual({
      waiting: [],
      asked: ['eventual'],
    });
  });

  it('does not wait where only the stronger read shows one, because it was written a moment ago', async () => {
    const found = await waitingWhere({ eventual: false, strong: true });
    expect(found).toEqual({ waiting: [], asked: ['eventual', 'strong'] });
  });

  it('waits where neither shows one, because nothing has handled it', async () => {
    const found = await waitingWhere({ eventual: false, strong: false });
    expect(found).toEqual({ waiting: [EVENT_ID], asked: ['eventual', 'strong'] });
  });
});

const MINUTE = 60_000;

describe('the time since when events may wait', () => {
  it('is 75 minutes before the mark, because clocks of receivers differ', () => {
    const mark = { swept_ms: NOW - 15 * MINUTE, lowered_ms: null };
    expect(waitingSince(mark, NOW, 30)).toBe(NOW - 90 * MINUTE);
  });

  it('is before now although the mark is ahead of it, because the clock was set back since', () => {
    const mark = { swept_ms: NOW + 300 * MINUTE, lowered_ms: null };
    expect(waitingSince(mark, NOW, 30)).toBe(NOW - 75 * MINUTE);
  });
});
