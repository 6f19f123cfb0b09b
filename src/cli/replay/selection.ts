import type { Outcome } from '../../domain/delivery.ts';
import { isEventId } from '../../domain/event-id.ts';
import { isCalendarDay } from '../../domain/phoenix-day.ts';
import { UsageError } from '../shared/command-error.ts';

/** Which events: one, those of a Phoenix day (of one outcome or all), all of an outcome, or the parked ones. */
export type Selection =
  | { kind: 'event'; id: string }
  | { kind: 'day'; day: string; outcome: Outcome | null }
  | { kind: 'outcome'; outcome: Outcome }
  | { kind: 'parked' };

const readEventId = (id: string): string => {
  if (isEventId(id)) return id;
  throw new UsageError(`${id} is no event id: they are evt_ and 40 hex digits`);
};

const readDay = (day: string): string => {
  if (isCalendarDay(day)) return day;
  throw new UsageError(`${day} is no day such as 2026-11-22`);
};

/** What the options select. @throws UsageError when they select nothing or contradict each other */
export const readSelection = (options: {
  event?: string;
  outcome?: Outcome;
  date?: string;
  parked?: true;
}): Selection => {
  const { event, outcome, date, parked } = options;
  if (parked && (event ?? outcome ?? date) !== undefined)
    throw new UsageError('--parked means all parked events: leave out --event, --outcome and --date');
  if (parked) return { kind: 'parked' };
  if (event !== undefined && (outcome ?? date) !== undefined)
    throw new UsageError('--event names one event: leave out --outcome and --date');
  if (event !== undefined) return { kind: 'event', id: readEventId(event) };
  if (date !== undefined) return { kind: 'day', day: readDay(date), outcome: outcome ?? null };
  if (outcome !== undefined) return { kind: 'outcome', outcome };
  throw new UsageError('Say what to replay: --event ID, --outcome OUTCOME, --date yyyy-mm-dd or --parked');
};
