import { SWEEP_MINUTES } from './functions.ts';
import { isMetricName, type MetricName } from './metrics.ts';
import { TABLE } from './table.ts';

/**
 * Functions of which nobody waits for the end, and the one whose refusals lose deliveries. What people ask is answered 5xx
 * when it fails: they see it themselves, and `ServerErrors` counts it.
 */
export const UNATTENDED: readonly string[] = ['ingest', 'correlate', 'sweep', 'reconcile', 'publish', 'send'];

/** Functions that work until their time is over, so that a long run is no warning. */
const USE_THEIR_TIME: readonly string[] = ['reconcile', 'send'];

/** Outside quiet hours this long (minutes) without a delivery is an alarm. */
export const SILENCE_MINUTES = 60;

const unattended = (functions: readonly string[]): string[] =>
  functions.filter((name) => UNATTENDED.includes(name));

/**
 * What alarms look at beside our own counts: methods of `ServiceMetrics`, and how many metrics of CloudWatch each
 * needs with these functions. CloudWatch charges for each.
 */
const AWS_METRICS = {
  serverErrors: () => 1,
  tooLarge: () => 2,
  gatewayThrottled: () => 1,
  tableThrottled: () => TABLE.indexes.length + 2,
  ingestThrottled: () => 1,
  functionErrors: (functions) => unattended(functions).length,
  timeoutUsed: (functions) => unattended(functions).filter((name) => !USE_THEIR_TIME.includes(name)).length,
  streamLag: () => 1,
  sweepRuns: () => 1,
  reconciled: () => 3,
  executionsOnTime: () => 3,
} as const satisfies Record<string, (functions: readonly string[]) => number>;

/** What an alarm can look at. */
export type AlarmMetric = MetricName | keyof typeof AWS_METRICS;

/** When a person is to look: so much within one period, or less than so much in each of some periods. */
export type Limit = { readonly atLeast: number } | { readonly below: number; readonly periods: number };

/** A part of the stack that not every one has. */
export type StackPart = 'site' | 'executions';

/** One alarm: a row of `ALARMS`. */
export type AlarmRow = {
  readonly metric: AlarmMetric;
  /** Length of one period. Periods slide: each minute the last one is evaluated. */
  readonly minutes: number;
  readonly limit: Limit;
  /** What is wrong, in words. */
  readonly wrong: string;
  /** What to do first. */
  readonly first: string;
  /** Section of the runbook: a heading of `RUNBOOK`. */
  readonly section: string;
  /** Only where a Jira site is reconciled, or where executions are on; absent: always. */
  readonly needs?: StackPart;
};

/** Every alarm that is sent to people, in the order of the dashboard. */
export const ALARMS = {
  ServerErrors: {
    metric: 'serverErrors',
    minutes: 5,
    limit: { atLeast: 5 },
    wrong:
      'Five or more requests within five minutes were answered 5xx. Jira sends a delivery again, but not for ever.',
    first: 'Open GET /health: it says whether the table or the secret is failing.',
    section: 'server-errors',
  },
  SignaturesRefused: {
    metric: 'SignaturesRefused',
    // Few, and over a longer time: a quiet site has a few deliveries an hour, and each of them is lost.
    minutes: 60,
    limit: { atLeast: 3 },
    wrong:
      'Three or more deliveries within an hour had no valid signature (401). Jira never sends them again: with a wrong secret every delivery is lost.',
    first: 'Compare the secret in Jira with jira_webhook_secret, and look whether a rotation is under way.',
    section: 'signature-failures',
  },
  CredentialsRefused: {
    metric: 'CredentialsRefused',
    minutes: 60,
    limit: { atLeast: 3 },
    wrong:
      'Three or more deliveries within an hour had not the credential of their connection (401). Most senders never send them again.',
    first:
      'Search the log of ingest for the connection, and compare what its sender has with the time of the last rotation.',
    section: 'connection-credentials',
  },
  UnknownConnections: {
    metric: 'UnknownConnections',
    minutes: 60,
    limit: { atLeast: 3 },
    wrong:
      'Three or more deliveries within an hour went to a connection that is not there (404). They are not kept.',
    first: 'Find the address in the access log: a sender whose connection was removed, or a stranger.',
    section: 'unknown-connections',
  },
  RateRefused: {
    metric: 'RateRefused',
    minutes: 5,
    limit: { atLeast: 1 },
    wrong:
      "A delivery above its connection's rate was refused (429). Jira Automation does not send it again: it is lost.",
    first: 'Find the connection in the log of ingest, and raise its rate or stop what sends so much.',
    section: 'rate',
  },
  AddressesRefused: {
    metric: 'AddressesRefused',
    minutes: 5,
    limit: { atLeast: 1 },
    wrong:
      'A delivery with a valid signature came from outside allowedCidrs. It was answered 503, so Jira tries again.',
    first:
      'Find source_ip in the access log; if it is Jira, add it to allowedCidrs and deploy while Jira still tries.',
    section: 'addresses',
  },
  TooLarge: {
    metric: 'tooLarge',
    minutes: 5,
    limit: { atLeast: 1 },
    wrong: 'A body was refused for its size (413). Jira does not send it again: this delivery is lost.',
    first:
      'Find it by time in the access log, and read the issue in Jira; its next delivery brings the state.',
    section: 'oversize',
  },
  Quarantined: {
    metric: 'Quarantined',
    // Over a day: what cannot be read may come a few times a day, and is gone after its retention.
    minutes: 24 * 60,
    limit: { atLeast: 10 },
    wrong:
      'Ten or more signed deliveries within a day could not be read. They are kept three times as long as others, and can be replayed.',
    first:
      'Ask GET /events?outcome=quarantined and read their problem: Exclude body in Jira, or a parser that must learn.',
    section: 'quarantined',
  },
  GatewayThrottled: {
    metric: 'gatewayThrottled',
    minutes: 5,
    limit: { atLeast: 1 },
    wrong: 'The gateway answered 429: more requests came than throttleRate and throttleBurst let through.',
    first:
      'See in the access log who sends them. If it is Jira, raise throttleRate and deploy; it tries again.',
    section: 'throttling',
  },
  TableThrottled: {
    metric: 'tableThrottled',
    minutes: 5,
    limit: { atLeast: 1 },
    wrong: 'DynamoDB throttled the table or an index. Deliveries become slow, or 503.',
    first:
      'Look which of them it is on the dashboard: one hot partition, or growth faster than on-demand follows.',
    section: 'throttling',
  },
  FunctionsThrottled: {
    metric: 'ingestThrottled',
    minutes: 5,
    limit: { atLeast: 1 },
    wrong: 'Lambda had no free concurrency for ingest. Deliveries are answered 503.',
    first: 'Compare concurrent executions with the quota of the account and the reserved concurrency.',
    section: 'throttling',
  },
  FunctionErrors: {
    metric: 'functionErrors',
    minutes: 5,
    limit: { atLeast: 1 },
    wrong: 'An invocation ended with an error: it crashed, timed out, ran out of memory, or did not start.',
    first: 'Read the last log lines of the function; after a deploy, roll back first.',
    section: 'function-errors',
  },
  NearTimeout: {
    metric: 'timeoutUsed',
    minutes: 5,
    limit: { atLeast: 80 },
    wrong: 'A function used more than 80 % of its timeout.',
    first: 'See on the dashboard which one, then the longest REPORT lines of its log.',
    section: 'near-timeout',
  },
  StreamLag: {
    metric: 'streamLag',
    minutes: 5,
    limit: { atLeast: 10 * 60_000 },
    wrong:
      'Correlation is more than ten minutes behind. Nothing is lost: the stream discards records after an hour, and the sweep finds their events.',
    first:
      'Look for errors and long durations of correlate, and whether one record is retried again and again.',
    section: 'lag',
  },
  ProcessingFailed: {
    metric: 'ProcessingFailed',
    minutes: 5,
    limit: { atLeast: 1 },
    wrong: 'Events were parked after three tries of correlation. They are kept, and block nothing.',
    first:
      'Search the logs of correlate and sweep for processing-failed: it says why. The sweep retries what was unavailable; fix anything else, then npm run replay -- --parked.',
    section: 'failed-processing',
  },
  DocumentsUnwritten: {
    metric: 'DocumentsUnwritten',
    minutes: 5,
    limit: { atLeast: 1 },
    wrong: 'A run document could not be written into the artifacts bucket. Its events wait for the sweep.',
    first: 'Search the logs for document-unwritten: it names what S3 said.',
    section: 'documents-unwritten',
  },
  SweepFound: {
    metric: 'SweepFound',
    minutes: 5,
    limit: { atLeast: 1 },
    wrong:
      'The sweep found events that the stream did not process within 15 minutes. They are processed now.',
    first:
      'If it repeats, look at lag, at errors of correlate, at discarded batches under aws/lambda/ in the artifacts bucket, and whether the stream mapping is enabled.',
    section: 'sweep-finds',
  },
  SweepMissing: {
    metric: 'sweepRuns',
    // Four periods, because one may fall between two runs.
    minutes: SWEEP_MINUTES,
    limit: { below: 1, periods: 4 },
    wrong: 'No sweep has run for an hour. What the stream loses would not be found.',
    first: 'Look whether the schedule is enabled and whether the sweep function starts.',
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
    wrong: 'No delivery of Jira was taken for too long.',
    first: 'Look in Jira whether the webhook is enabled and what its last deliveries were answered.',
    section: 'no-delivery',
  },
  ReconcileLate: {
    metric: 'reconciled',
    minutes: 60,
    limit: { below: 1, periods: 1 },
    wrong:
      'No update run of reconciliation was complete for an hour, or no census for two of its periods. Webhooks are taken as always; what they lose is not repaired meanwhile.',
    first:
      'Search the log of reconcile for reconcile-failed: it says what Jira answered. An expired token looks like this.',
    section: 'reconciliation-late',
    needs: 'site',
  },
  WebhooksMissing: {
    metric: 'WebhooksMissing',
    minutes: 60,
    limit: { atLeast: 1 },
    wrong:
      'In one update run no delivery had brought 20 or more changes, and more than half of those it judged. They are repaired, minutes late each time.',
    first: 'Run npm run jira-webhook -- check: it says whether the webhook is off, filtered or unsigned.',
    section: 'webhooks-missing',
    needs: 'site',
  },
  ExecutionsFailed: {
    metric: 'ExecutionsFailed',
    minutes: 5,
    limit: { atLeast: 1 },
    wrong:
      'An execution was given up: its target refused it until its tries were used up, or three processes that sent it crashed. It is kept, and can be sent again.',
    first: 'Run npm run executions -- list --status failed, and show one: its attempts say what came back.',
    section: 'failed-executions',
    needs: 'executions',
  },
  ExecutionsLate: {
    metric: 'executionsOnTime',
    minutes: 10,
    limit: { below: 1, periods: 1 },
    wrong:
      'An execution for a working target was due for ten minutes, or publish is as far behind the stream, or nobody looked for ten minutes. Nothing is lost: what is due is sent late.',
    first:
      'See on the dashboard how many wait, and whether publish and send run and fail; then which subscription it is.',
    section: 'late-executions',
    needs: 'executions',
  },
  TargetOpened: {
    metric: 'TargetOpened',
    minutes: 5,
    limit: { atLeast: 1 },
    wrong:
      'A target failed five times in a row. Everything for it waits and uses up no try; one request at a time asks whether it is back.',
    first: 'Run npm run subscriptions -- list, and show the open one: it says what came back last.',
    section: 'open-target',
    needs: 'executions',
  },
  TargetDisabled: {
    metric: 'TargetDisabled',
    minutes: 5,
    limit: { atLeast: 1 },
    wrong:
      'A target answered 410, or failed for a day. Nobody asks it any more; what waits for it is kept until its events expire.',
    first: 'Mend the target or its address, then npm run subscriptions -- resume: what waits is sent.',
    section: 'disabled-target',
    needs: 'executions',
  },
} as const satisfies Record<string, AlarmRow>;

export type AlarmName = keyof typeof ALARMS;

const isAlarmName = (name: string): name is AlarmName => name in ALARMS;

/** Of a stack that has these parts. */
export const alarmNames = (parts: readonly StackPart[]): readonly AlarmName[] =>
  Object.keys(ALARMS)
    .filter(isAlarmName)
    .filter((name) => {
      const row: AlarmRow = ALARMS[name];
      return row.needs === undefined || parts.includes(row.needs);
    });

/** How many metrics of CloudWatch the alarms of a stack with these functions look at. */
export const countAlarmMetrics = (functions: readonly string[]): number =>
  alarmNames(partsOf(functions))
    .map((name) => ALARMS[name].metric)
    .reduce((sum, metric) => sum + (isMetricName(metric) ? 1 : AWS_METRICS[metric](functions)), 0);

/** The parts that a stack with these functions has. */
export const partsOf = (functions: readonly string[]): StackPart[] => [
  ...(functions.includes('reconcile') ? (['site'] as const) : []),
  ...(functions.includes('send') ? (['executions'] as const) : []),
];

/** The page that every alarm names. */
export const RUNBOOK = 'docs/runbooks/troubleshooting.md';

/**
 * The part of the e-mail's text that is ours.
 * @param docsUrl address that `docs/` is served under; undefined: the text names a path
 */
export const alarmDescription = (name: AlarmName, docsUrl: string | undefined): string => {
  const { wrong, first, section } = ALARMS[name];
  const runbook = docsUrl === undefined ? RUNBOOK : `${docsUrl}/${RUNBOOK}`;
  return `${wrong} First: ${first} Runbook: ${runbook}#${section}`;
};
