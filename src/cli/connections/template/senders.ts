import { type CommitSource, isCommitSource } from '../../../domain/source.ts';
import { automationTemplate } from './automation.ts';
import { type Paste, SECRET, table, withQuery } from './paste.ts';

/**
 * Instructions for setting up the sender of a connection: which menu and fields, and what to paste there.
 * @param rotation the command that rotates the secret
 */
export const senderTemplate = (paste: Paste, rotation: string): string =>
  [...sectionsOf(paste), `${SECRET} is what add or rotate showed. If it was lost: ${rotation}`].join('\n\n');

const sectionsOf = (paste: Paste): string[] => {
  const { kind } = paste;
  if (kind === 'automation') return automationTemplate(paste);
  return isCommitSource(kind) ? commitsTemplate(paste, HOSTS[kind]) : jiraTemplate(paste);
};

const jiraTemplate = (paste: Paste): string[] => [
  `${JIRA_WAYS[paste.auth]} Open Settings > System > WebHooks (Data Center: Administration > System > WebHooks) and
choose "Create a WebHook":`,
  table([
    ['URL', withQuery(paste)],
    ...secretField(paste, 'Secret'),
    ['Events', 'Issue created, updated, deleted; others are kept as events'],
    ['JQL', '(empty)'],
    ['Exclude body', 'off'],
  ]),
  ...byRelay(paste),
];

const JIRA_WAYS: Record<Paste['auth'], string> = {
  signature: 'For Jira Cloud, or Jira Data Center 10 or later, which sign.',
  header: 'For a Jira behind something that passes its webhooks on and adds a header: Jira itself adds none.',
  url: 'For a Jira that cannot sign, such as Data Center before 10. Whoever sees the URL can deliver.',
};

/** Where the settings go in a repository host. */
type Host = { menu: string; secret: string; events: string };

const HOSTS: Record<CommitSource, Host> = {
  github: {
    menu: 'In GitHub: Settings > Webhooks > Add webhook:',
    secret: 'Secret',
    events: 'Pushes, Pull requests, Repositories. Content type: application/json',
  },
  bitbucket: {
    menu: 'In Bitbucket: Repository settings > Webhooks > Add webhook:',
    secret: 'Secret',
    events: 'Repository push and updated; Pull request created, updated and merged',
  },
  gitlab: {
    menu: 'In GitLab: Settings > Webhooks > Add new webhook:',
    secret: 'Secret token',
    events: 'Push events, for all branches; Merge request events',
  },
  bitbucket_server: {
    menu: 'In Bitbucket Data Center: Repository settings > Webhooks > Create webhook:',
    secret: 'Secret',
    events: 'Repository push; Pull request opened, source branch updated, modified and merged',
  },
  commits: {
    menu: 'Whatever sends commits, such as npm run commits -- --url URL with COMMITS_WEBHOOK_SECRET set:',
    secret: 'Secret',
    events: 'each push; the format is in docs/commit-sources.md',
  },
};

/** GitLab sends its own token field as the header `X-Gitlab-Token`; any other header needs a relay in between. */
const isOwnToken = ({ kind, header_name }: Paste): boolean =>
  kind === 'gitlab' && header_name?.toLowerCase() === 'x-gitlab-token';

const commitsTemplate = (paste: Paste, { menu, secret, events }: Host): string[] => [
  menu,
  table([['URL', withQuery(paste)], ...secretField(paste, secret), ['Events', events]]),
  ...byRelay(paste),
];

const secretField = (paste: Paste, field: string): [string, string][] =>
  paste.auth === 'signature' || isOwnToken(paste) ? [[field, SECRET]] : [];

/** For a sender that cannot send the header itself. */
const byRelay = (paste: Paste): string[] =>
  paste.auth === 'header' && !isOwnToken(paste)
    ? [`Every delivery needs the header ${paste.header_name}: ${SECRET}`]
    : [];
