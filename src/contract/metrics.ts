/** CloudWatch namespace. The dimension `service` is the table's name, to tell deployments apart. */
export const METRICS_NAMESPACE = 'JiraWebhookSync';

/** Every metric that the functions emit, and what it counts. Alarms and the dashboard use only these names. */
export const METRICS = {
  JiraDeliveriesTaken: 'deliveries of Jira answered 2xx',
  CommitDeliveriesTaken: 'deliveries of commits answered 2xx',
  SignaturesRefused: 'deliveries with a missing or wrong signature (401)',
  AddressesRefused: 'signed deliveries from outside ALLOWED_CIDRS (503)',
  CredentialsRefused: 'requests to a connection without its credential (401)',
  AgentsRefused: 'deliveries with the credential of a connection and another user agent than its own (403)',
  RateRefused: "deliveries above a connection's rate (429)",
  UnknownConnections: 'requests to a connection that is not there (404)',
  BodiesTooLarge: 'bodies refused for their size (413): the only way to lose a signed body',
  Quarantined: 'signed deliveries that could not be read and are quarantined, redeliveries included',
  Unavailable: 'deliveries answered 503',
  EventsProcessed: 'events correlated',
  ProcessingFailed: 'events parked after three tries',
  DocumentsUnwritten: 'run documents that could not be stored',
  SecretsOld: 'secrets older than 90 days, counted once a day',
  SweepFound: 'events that the stream did not process, found by the sweep',
  IssuesObserved: 'reads of Jira that were written: new issues, and repaired ones',
  ChangesMissed: 'changes older than 30 minutes that no delivery had brought',
  DriftFound: 'compared issues that differed, though nothing had changed in Jira for 30 minutes',
  UpdatesComplete: 'update runs of reconciliation that read everything they asked for',
  ReconcileStarting: 'turns of reconciliation on its first day, before an update run was complete',
  CensusLate: 'turns of reconciliation that saw no complete census for two of its periods',
  ExecutionsCompleted: 'executions that their target took',
  ExecutionsFailed: 'executions given up: out of tries, or three crashes',
  ExecutionsWaiting: 'executions due now, of at most 10,000 counted each minute; a level, no sum',
  OldestDueSeconds:
    'for how long the oldest due execution of a target that is asked has been due, each minute; a level, no sum',
  TargetOpened: 'targets that failed five times in a row, so that everything for them waits',
  TargetDisabled: 'targets no longer probed: open for a day, or answered 410',
  WebhooksMissing: 'update runs with 20 or more missed changes, more than half of those it judged',
} as const satisfies Record<string, string>;

export type MetricName = keyof typeof METRICS;

/** True for one of our own metrics. */
export const isMetricName = (name: string): name is MetricName => name in METRICS;
