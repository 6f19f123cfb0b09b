import type { PingAnswer, SendMessage } from '../../contract/send-message.ts';
import { isProbeDue } from '../../domain/breaker.ts';
import type { Clock } from '../../platform/clock.ts';
import { newRunId } from '../../platform/run-id.ts';
import type { Table } from '../../store/calls/table.ts';
import type { SubscriptionRow } from '../../store/subscriptions/subscription-row.ts';
import { type LaneReport, type RunningLane, startLane } from './lane.ts';
import { laneRowsIn } from './lane-rows.ts';
import { type Notify, notesOf } from './notes.ts';
import type { LaneDeps } from './work.ts';

export type SenderDeps = Pick<LaneDeps, 'attempt' | 'sleep' | 'chance' | 'log' | 'count' | 'stop'> & {
  table: Table;
  clock: Clock;
  ping: (subscription: SubscriptionRow) => Promise<PingAnswer>;
  notify: Notify;
};

/** The sender of one process. */
export type ProcessSender = {
  /** Resolves when nothing of the subscription is due any more, or another process holds its lane. */
  send(message: SendMessage & { task: 'send' }): Promise<LaneReport>;
  ping(message: SendMessage & { task: 'ping' }): Promise<PingAnswer>;
  /** Resolves when no lane is at work. */
  settled(): Promise<void>;
};

export const createSender = (deps: SenderDeps): ProcessSender => {
  const running = new Map<string, RunningLane>();

  const begin = async (message: SendMessage & { task: 'send' }): Promise<LaneReport> => {
    const rows = laneRowsIn(deps.table, deps.clock, message, newRunId(deps.clock()));
    const row = await rows.subscription();
    if (row === null) return ASLEEP;
    const notes = notesOf({ ...deps, rows }, row);
    if (!mayWork(row, deps.clock())) {
      // For an open target the next probe sends the notice. A disabled one has no probe, and the process that disabled
      // it may have crashed before it sent the notice.
      if (row.status === 'disabled') await notes.tell();
      return ASLEEP;
    }
    const lane = startLane({ ...deps, rows, onStatus: notes.onStatus }, row);
    lane.wake(message.execution_ids);
    running.set(row.subscription_id, lane);
    try {
      return await lane.done;
    } finally {
      if (running.get(row.subscription_id) === lane) running.delete(row.subscription_id);
      await notes.tell();
    }
  };

  return {
    send: (message) => {
      const lane = running.get(message.subscription_id);
      return lane?.wake(message.execution_ids) ? lane.done : begin(message);
    },
    ping: async (message) => {
      const row = await laneRowsIn(deps.table, deps.clock, message, '').subscription();
      return row === null || row.status === 'deleted' ? NOBODY : deps.ping(row);
    },
    settled: async () => {
      while (running.size > 0) await Promise.allSettled([...running.values()].map(({ done }) => done));
    },
  };
};

const ASLEEP: LaneReport = { end: 'asleep', sent: 0 };

const NOBODY: PingAnswer = {
  status: null,
  duration_ms: 0,
  error: 'there is no such subscription',
  response_headers: {},
  response_body: null,
};

/** Whether something may be sent now, or must be cancelled. */
const mayWork = (row: SubscriptionRow, nowMs: number): boolean =>
  row.status === 'active' || row.status === 'deleted' || (row.status === 'open' && isProbeDue(row, nowMs));
