import { toUtcIso } from '../domain/instant.ts';

/** Input of the text for a started instance. */
export type Welcome = {
  url: string;
  host: string;
  database: string;
  artifacts: string;
  /** The secret if this instance generated it; it appears once in the text. Null: the environment has one. */
  madeSecret: string | null;
  /** True when the secret is JIRA_WEBHOOK_SECRET, false when it is behind an ARN. */
  secretInEnvironment: boolean;
  /** As `madeSecret`, for commits from git. */
  madeCommitsSecret: string | null;
  nowMs: number;
};

/** The text shown when an instance listens. */
export const welcome = (about: Welcome): string =>
  [
    '',
    `Jira Webhook Sync listens on ${about.url}`,
    `  database   ${about.database}`,
    `  artifacts  ${about.artifacts}`,
    '  stop       Ctrl-C',
    ...(isLoopback(about.host)
      ? []
      : [
          `  warning    HOST ${about.host}: anyone who reaches this address can read every stored issue; ALLOWED_HOSTS keeps web pages out`,
        ]),
    '',
    ...deliveryHelp(about),
    '',
    ...commitsHelp(about),
    '',
  ].join('\n');

const isLoopback = (host: string): boolean => /^(127\.|::1$|localhost$)/.test(host);

/** A small full issue, as Jira reports its creation; not one from the README, whose dates are older. */
const sampleBody = (nowMs: number): string =>
  JSON.stringify({
    timestamp: nowMs,
    webhookEvent: 'jira:issue_created',
    issue: {
      id: '10009',
      key: 'TRY-1',
      fields: { summary: 'A first delivery', updated: toUtcIso(nowMs).replace('Z', '+0000') },
    },
  });

/** Lines to paste into a shell, which sign exactly the bytes that they send. */
const curlCommand = (url: string, secret: string, nowMs: number): string[] => [
  `  secret=${secret}`,
  `  body='${sampleBody(nowMs)}'`,
  `  signature=$(printf %s "$body" | openssl dgst -sha256 -hmac "$secret" | sed 's/^.* //')`,
  `  curl -sS -H "X-Hub-Signature: sha256=$signature" --data-binary "$body" ${url}/webhooks/jira`,
];

const deliveryHelp = ({ url, madeSecret, secretInEnvironment, nowMs }: Welcome): string[] => {
  if (madeSecret === null && !secretInEnvironment)
    return ['Deliveries are signed with the secret behind JIRA_WEBHOOK_SECRET_ARN.'];
  const intro =
    madeSecret === null
      ? 'Send a signed delivery (paste):'
      : 'A secret was generated for this run (set JIRA_WEBHOOK_SECRET to use your own). Send a signed delivery (paste):';
  const secret = madeSecret === null ? '"$JIRA_WEBHOOK_SECRET"' : `'${madeSecret}'`;
  return [intro, '', ...curlCommand(url, secret, nowMs), '', 'or: npm run deliver -- issue-created'];
};

/** The command reads the secret from the instance's record; other senders need it shown. */
const commitsHelp = ({ url, madeCommitsSecret }: Welcome): string[] => [
  'Send the commits of a repository: npm run commits -- --repo PATH',
  ...(madeCommitsSecret === null
    ? []
    : [`Other senders sign for ${url}/webhooks/commits with ${madeCommitsSecret}`]),
];
