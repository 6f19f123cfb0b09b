import type { AlarmRow } from './alarm-row.ts';

/** Where a Jira site is reconciled. */
export const RECONCILIATION_ALARMS = {
  ReconcileLate: {
    metric: 'reconciled',
    minutes: 60,
    limit: { below: 1, periods: 1 },
    wrong:
      'No update run of reconciliation was complete for an hour, or no census for two of its periods. Webhooks are taken as always; what they lose is not repaired meanwhile.',
    first:
      'Search the log of reconcile for reconcile-failed: it says what Jira answered. An expired token looks like this.',
    section: 'reconciliation-late',
  },
  WebhooksMissing: {
    metric: 'WebhooksMissing',
    minutes: 60,
    limit: { atLeast: 1 },
    wrong:
      'In one update run no delivery had brought 20 or more changes, and more than half of those it judged. They are repaired, minutes late each time.',
    first: 'Run npm run jira-webhook -- check: it says whether the webhook is off, filtered or unsigned.',
    section: 'webhooks-missing',
  },
} as const satisfies Record<string, AlarmRow>;
