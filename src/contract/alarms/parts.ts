import type { AlarmRow } from './alarm-row.ts';

/** Alarms of optional parts of the stack: a Jira site that is reconciled, executions that are on. */
export const PART_ALARMS = {
  site: {
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
        'One update run found 20 or more changes, more than half of those it judged, that no webhook had delivered. They are repaired, but minutes late.',
      first: 'Run npm run jira-webhook -- check: it says whether the webhook is off, filtered or unsigned.',
      section: 'webhooks-missing',
    },
  },
  executions: {
    ExecutionsFailed: {
      metric: 'ExecutionsFailed',
      minutes: 5,
      limit: { atLeast: 1 },
      wrong:
        'An execution failed: its target refused every try, or three processes crashed while sending it. It is kept and can be retried.',
      first: 'Run npm run executions -- list --status failed, and show one: its attempts say what came back.',
      section: 'failed-executions',
    },
    ExecutionsLate: {
      metric: 'executionsOnTime',
      minutes: 10,
      limit: { below: 1, periods: 1 },
      wrong:
        'An execution for a working target was due for ten minutes, or publish is as far behind the stream, or its schedule did not run. Nothing is lost: what is due is sent late.',
      first:
        'On the dashboard, see how many wait and whether publish and send run or fail; then find the subscription.',
      section: 'late-executions',
    },
    TargetOpened: {
      metric: 'TargetOpened',
      minutes: 5,
      limit: { atLeast: 1 },
      wrong:
        'A target failed five times in a row. Its executions wait and use up no tries; one probe at a time checks whether it is back.',
      first: 'Run npm run subscriptions -- list, and show the open one: it says what came back last.',
      section: 'open-target',
    },
    TargetDisabled: {
      metric: 'TargetDisabled',
      minutes: 5,
      limit: { atLeast: 1 },
      wrong:
        'A target answered 410, or failed for a day. It is no longer probed; its executions are kept until their events expire.',
      first: 'Fix the target or its address, then run npm run subscriptions -- resume: what waits is sent.',
      section: 'disabled-target',
    },
  },
} as const satisfies Record<string, Record<string, AlarmRow>>;
