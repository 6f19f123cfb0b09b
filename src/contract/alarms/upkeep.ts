import { SWEEP_MINUTES } from '../functions.ts';
import type { AlarmRow } from './alarm-row.ts';

/** Outside quiet hours this long (minutes) without a delivery is an alarm. */
export const SILENCE_MINUTES = 60;

/** What only time shows: nothing runs, nothing comes, or something has grown old. */
export const UPKEEP_ALARMS = {
  SweepMissing: {
    metric: 'sweepRuns',
    // Four periods, because one may fall between two runs.
    minutes: SWEEP_MINUTES,
    limit: { below: 1, periods: 4 },
    wrong: 'No sweep has run for an hour. What the stream loses would not be found.',
    first: 'Check whether the schedule is enabled and whether the sweep function starts.',
    section: 'sweep-missing',
  },
  SecretsOld: {
    metric: 'SecretsOld',
    // Counted once a day: the alarm stays on until a day without an old one.
    minutes: 24 * 60,
    limit: { atLeast: 1 },
    wrong:
      'A secret of a webhook or a connection, or the newest master of connections, is older than 90 days. It works as before.',
    first: 'Search the log of sweep for secrets-old: it says which.',
    section: 'old-secrets',
  },
  NoDelivery: {
    metric: 'JiraDeliveriesTaken',
    // An hour at night would be an alarm every night; a whole day without a delivery is one. With `quietHours` one
    // period is enough.
    minutes: SILENCE_MINUTES,
    limit: { below: 1, periods: 24 },
    wrong: 'No delivery from Jira was accepted for too long.',
    first: 'Check in Jira whether the webhook is enabled and how its last deliveries were answered.',
    section: 'no-delivery',
  },
} as const satisfies Record<string, AlarmRow>;
