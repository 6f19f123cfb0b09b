import { SWEEP_MINUTES } from '../functions.ts';
import type { AlarmRow } from './alarm-row.ts';

/** Outside quiet hours, this many minutes without a delivery raise an alarm. */
export const SILENCE_MINUTES = 60;

/** Alarms about what is absent or old: no sweep runs, no delivery arrives, a secret is not rotated. */
export const UPKEEP_ALARMS = {
  SweepMissing: {
    metric: 'sweepRuns',
    // Four periods, because a single one may fall between two runs.
    minutes: SWEEP_MINUTES,
    limit: { below: 1, periods: 4 },
    wrong: 'No sweep has run for an hour. What the stream loses would not be found.',
    first: 'Check whether the schedule is enabled and whether the sweep function starts.',
    section: 'sweep-missing',
  },
  SecretsOld: {
    metric: 'SecretsOld',
    // Counted once a day: the alarm stays on until a day without an old secret.
    minutes: 24 * 60,
    limit: { atLeast: 1 },
    wrong:
      'A secret of a webhook or a connection, or the newest master of connections, is older than 90 days. It works as before.',
    first: 'Search the log of sweep for secrets-old: it says which.',
    section: 'old-secrets',
  },
  NoDelivery: {
    metric: 'JiraDeliveriesTaken',
    // A limit of one hour would raise an alarm every night, so it takes a whole day without a delivery. With
    // `quietHours`, one period is enough.
    minutes: SILENCE_MINUTES,
    limit: { below: 1, periods: 24 },
    wrong: 'No delivery from Jira was accepted for too long.',
    first: 'Check in Jira whether the webhook is enabled and how its last deliveries were answered.',
    section: 'no-delivery',
  },
} as const satisfies Record<string, AlarmRow>;
