/** What people are told when something is wrong. */
export type AlarmText = {
  /** What is wrong, in words. */
  readonly wrong: string;
  /** What to do first. */
  readonly first: string;
  /** Section of the runbook. */
  readonly section: string;
};

/** Every alarm that is sent to people. The sections are headings of `RUNBOOK`. */
export const ALARMS = {
  ServerErrors: {
    wrong:
      'Five or more requests within five minutes were answered 5xx. Jira sends a delivery again, but not for ever.',
    first: 'Open GET /health: it says whether the table or the secret is failing.',
    section: 'server-errors',
  },
  SignaturesRefused: {
    wrong:
      'Three or more deliveries within an hour had no valid signature (401). Jira never sends them again: with a wrong secret every delivery is lost.',
    first: 'Compare the secret in Jira with jira_webhook_secret, and look whether a rotation is under way.',
    section: 'signature-failures',
  },
  AddressesRefused: {
    wrong:
      'A delivery with a valid signature came from outside allowedCidrs. It was answered 503, so Jira tries again.',
    first:
      'Find source_ip in the access log; if it is Jira, add it to allowedCidrs and deploy while Jira still tries.',
    section: 'addresses',
  },
  GatewayThrottled: {
    wrong: 'The gateway answered 429: more requests came than throttleRate and throttleBurst let through.',
    first:
      'See in the access log who sends them. If it is Jira, raise throttleRate and deploy; it tries again.',
    section: 'throttling',
  },
  TableThrottled: {
    wrong: 'DynamoDB throttled the table or an index. Deliveries become slow, or 503.',
    first:
      'Look which of them it is on the dashboard: one hot partition, or growth faster than on-demand follows.',
    section: 'throttling',
  },
  FunctionsThrottled: {
    wrong: 'Lambda had no free concurrency for a function. Deliveries are answered 503, other work waits.',
    first: 'Compare concurrent executions with the quota of the account and the reserved concurrency.',
    section: 'throttling',
  },
  NearTimeout: {
    wrong: 'A function used more than 80 % of its timeout.',
    first: 'See on the dashboard which one, then the longest REPORT lines of its log.',
    section: 'near-timeout',
  },
  FunctionErrors: {
    wrong: 'An invocation ended with an error: it crashed, timed out, ran out of memory, or did not start.',
    first: 'Read the last log lines of the function; after a deploy, roll back first.',
    section: 'function-errors',
  },
  StreamLag: {
    wrong:
      'Correlation is more than ten minutes behind. Nothing is lost: records are given up after an hour, and the sweep finds their events.',
    first:
      'Look for errors and long durations of correlate, and whether one record is tried again and again.',
    section: 'lag',
  },
  ProcessingFailed: {
    wrong: 'Events were parked after three tries of correlation. They are kept, and block nothing.',
    first:
      'Search the logs of correlate and sweep for processing-failed: it says why. The sweep tries again what was unavailable; mend anything else, then npm run replay -- --parked.',
    section: 'failed-processing',
  },
  DocumentsUnwritten: {
    wrong: 'A run document could not be written into the artifacts bucket. Its events wait for the sweep.',
    first: 'Search the logs for document-unwritten: it names what S3 said.',
    section: 'documents-unwritten',
  },
  SweepFound: {
    wrong:
      'The sweep found events that the stream did not bring through within 15 minutes. They are processed now.',
    first:
      'If it repeats, look at lag, at errors of correlate, at batches given up under aws/lambda/ in the artifacts bucket, and whether the stream mapping is enabled.',
    section: 'sweep-finds',
  },
  SweepMissing: {
    wrong: 'No sweep has run for an hour. What the stream loses would not be found.',
    first: 'Look whether the schedule is enabled and whether the sweep function starts.',
    section: 'sweep-missing',
  },
  Quarantined: {
    wrong:
      'Ten or more signed deliveries within a day could not be read. They are kept three times as long as others, and can be replayed.',
    first:
      'Ask GET /events?outcome=quarantined and read their problem: Exclude body in Jira, or a parser that must learn.',
    section: 'quarantined',
  },
  TooLarge: {
    wrong: 'A body was refused for its size (413). Jira does not send it again: this delivery is lost.',
    first:
      'Find it by time in the access log, and read the issue in Jira; its next delivery brings the state.',
    section: 'oversize',
  },
  NoDelivery: {
    wrong: 'No delivery of Jira was taken for too long.',
    first: 'Look in Jira whether the webhook is enabled and what its last deliveries were answered.',
    section: 'no-delivery',
  },
} as const satisfies Record<string, AlarmText>;

export type AlarmName = keyof typeof ALARMS;

/** The page that every alarm names. */
export const RUNBOOK = 'docs/runbooks/troubleshooting.md';

/**
 * The whole text of the e-mail that is ours.
 * @param docsUrl what the page lies under; undefined when nobody said, then people look in their clone
 */
export const alarmDescription = (name: AlarmName, docsUrl: string | undefined): string => {
  const { wrong, first, section } = ALARMS[name];
  const runbook = docsUrl === undefined ? RUNBOOK : `${docsUrl}/${RUNBOOK}`;
  return `${wrong} First: ${first} Runbook: ${runbook}#${section}`;
};
