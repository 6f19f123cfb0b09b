import type { AlarmRow } from './alarm-row.ts';

/** Alarms about deliveries that are refused or lost. */
export const DELIVERY_ALARMS = {
  ServerErrors: {
    metric: 'serverErrors',
    minutes: 5,
    limit: { atLeast: 5 },
    wrong: 'Five or more requests within five minutes were answered 5xx. Jira retries, but not forever.',
    first: 'Open GET /health: it says whether the table or the secret is failing.',
    section: 'server-errors',
  },
  SignaturesRefused: {
    metric: 'SignaturesRefused',
    // A low limit over an hour: a quiet site has only a few deliveries an hour, and each refused one is lost.
    minutes: 60,
    limit: { atLeast: 3 },
    wrong:
      'Three or more deliveries within an hour had no valid signature (401). Jira does not retry a 401: with a wrong secret every delivery is lost.',
    first: 'Compare the secret in Jira with jira_webhook_secret, and check whether a rotation is under way.',
    section: 'signature-failures',
  },
  CredentialsRefused: {
    metric: 'CredentialsRefused',
    minutes: 60,
    limit: { atLeast: 3 },
    wrong:
      'Three or more deliveries within an hour did not carry the credential of their connection (401). Most senders do not retry a 401.',
    first:
      'Search the log of ingest for the connection, and check whether its sender still uses a credential from before the last rotation.',
    section: 'connection-credentials',
  },
  UnknownConnections: {
    metric: 'UnknownConnections',
    minutes: 60,
    limit: { atLeast: 3 },
    wrong:
      'Three or more deliveries within an hour named a connection that does not exist (404). They are not stored.',
    first: 'Find the address in the access log: a sender whose connection was removed, or a stranger.',
    section: 'unknown-connections',
  },
  RateRefused: {
    metric: 'RateRefused',
    minutes: 5,
    limit: { atLeast: 1 },
    wrong:
      "A delivery above its connection's rate was refused (429). Jira Automation does not retry: it is lost.",
    first: 'Find the connection in the log of ingest, and raise its rate or stop what sends so much.',
    section: 'rate',
  },
  AddressesRefused: {
    metric: 'AddressesRefused',
    minutes: 5,
    limit: { atLeast: 1 },
    wrong:
      'A delivery with a valid signature came from outside allowedCidrs. It was answered 503, so Jira retries.',
    first:
      'Find source_ip in the access log; if it is Jira, add it to allowedCidrs and deploy while Jira still retries.',
    section: 'addresses',
  },
  TooLarge: {
    metric: 'tooLarge',
    minutes: 5,
    limit: { atLeast: 1 },
    wrong: 'A body was refused for its size (413). Jira does not retry: this delivery is lost.',
    first:
      'Find it by time in the access log, and look at the issue in Jira; its next delivery brings its current state.',
    section: 'oversize',
  },
  Quarantined: {
    metric: 'Quarantined',
    // Over a day: unreadable bodies may arrive only a few times a day, and expire after their retention.
    minutes: 24 * 60,
    limit: { atLeast: 10 },
    wrong:
      'Ten or more signed deliveries within a day could not be read. They are kept three times as long as others, and can be replayed.',
    first:
      'Read the problem of each in GET /events?outcome=quarantined: Exclude body is on in Jira, or the parser does not know the shape.',
    section: 'quarantined',
  },
  GatewayThrottled: {
    metric: 'gatewayThrottled',
    minutes: 5,
    limit: { atLeast: 1 },
    wrong: 'The gateway answered 429: requests exceeded throttleRate or throttleBurst.',
    first: 'See in the access log who sends them. If it is Jira, raise throttleRate and deploy; it retries.',
    section: 'throttling',
  },
} as const satisfies Record<string, AlarmRow>;
