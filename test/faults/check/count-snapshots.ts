import * as z from 'zod/mini';
import { issueIdOfKey } from '../../../src/store/calls/keys.ts';
import type { Answer, TestApp } from '../../support/app.ts';
import { scanTable } from '../../support/correlation.ts';
import { issueOf, type Sent, snapshotOf, truthOf } from '../../support/oracle.ts';
import { holds } from './judged.ts';

/** An older snapshot than an acknowledged delivery brought is a loss; anything else that differs is wrong. */
export type SnapshotCount = { lost: number; wrong: number };

const versioned = z.looseObject({
  version: z.nullable(z.object({ updated_ms: z.number(), timestamp_ms: z.number() })),
});

const isOlder = (answer: Answer, newest: { updated: number; timestamp: number }): boolean => {
  if (answer.status === 404) return true;
  const { version } = versioned.parse(answer.body);
  if (version === null) return true;
  return version.updated_ms - newest.updated || version.timestamp_ms - newest.timestamp
    ? (version.updated_ms - newest.updated || version.timestamp_ms - newest.timestamp) < 0
    : false;
};

const judge = async (app: TestApp, id: string, stored: readonly Sent[]): Promise<SnapshotCount> => {
  const truth = truthOf(id, stored);
  const expected = snapshotOf(id, truth);
  const answer = await app.get(`/issues/${id}`);
  if (truth.newest && isOlder(answer, truth.newest.version)) return { lost: 1, wrong: 0 };
  const last = truth.newest ? { last_event: { event_id: truth.newest.sent.eventId } } : {};
  const right = expected === null ? answer.status === 404 : holds(answer.body, { ...expected, ...last });
  return { lost: 0, wrong: right ? 0 : 1 };
};

/** Compares every issue's snapshot with the oracle's fold over what was taken. */
export const countSnapshots = async (app: TestApp, stored: readonly Sent[]): Promise<SnapshotCount> => {
  const ids = new Set(stored.map(({ model }) => issueOf(model)).filter((id) => id !== null));
  const counts = await Promise.all([...ids].map((id) => judge(app, id, stored)));
  return {
    lost: counts.reduce((sum, { lost }) => sum + lost, 0),
    wrong: counts.reduce((sum, { wrong }) => sum + wrong, 0),
  };
};

/** Issues whose snapshots show an event that is not stored: it was to be written after them. */
export const issuesWithoutEvent = async (app: TestApp): Promise<string[]> => {
  const rows = await scanTable(app);
  const events = new Set(rows.flatMap(({ pk, sk }) => (sk === 'E' ? [String(pk)] : [])));
  return rows
    .filter(
      ({ sk, event_id, deleted_event_id }) =>
        sk === 'S' &&
        [event_id, deleted_event_id].some((id) => typeof id === 'string' && !events.has(`E#${id}`)),
    )
    .map(({ pk }) => issueIdOfKey(String(pk)));
};
