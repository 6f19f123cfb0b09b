import * as z from 'zod/mini';
import type { JiraClient } from '../client.ts';
import { JiraError } from '../jira-error.ts';
import type { DeliveryReport } from './delivery-report.ts';

/** What Jira lists for every webhook of the site. */
export type Listed = { id: string; name: string; url: string };

/** One webhook as Jira shows it. */
export type Webhook = Listed & {
  events: readonly string[];
  enabled: boolean;
  /** Null when Jira does not say. */
  signed: boolean | null;
  excludes_body: boolean;
  /** Empty: everything is delivered. */
  jql: string;
};

/** The webhooks that administrators create. Every method throws JiraErrors. */
export type WebhookApi = {
  /** Name of the deployment, for people. */
  deployment: string;
  can_sign: boolean;
  /** All events that our webhook must deliver. */
  events: readonly string[];
  list(): Promise<Listed[]>;
  read(id: string): Promise<Webhook>;
  /** Only Data Center has a report. */
  report(id: string): Promise<DeliveryReport>;
  /** @returns its id */
  create(url: string, secret: string): Promise<string>;
  /** Keeps its name, JQL and additional events; everything else is set as by `create`. */
  update(id: string, url: string, secret: string): Promise<void>;
  remove(id: string): Promise<void>;
};

/** The name of the JQL filter. */
export const JQL_SECTION = 'issue-related-events-section';

export const WEBHOOK_NAME = 'Jira Webhook Sync';

/** Our events, and any others that were already selected. */
export const withOurs = (events: readonly string[], ours: readonly string[]): string[] => [
  ...new Set([...ours, ...events]),
];

/** The events that keep issues, links, versions, sprints and projects current, by Jira's names. */
const EVERYWHERE = [
  ...['jira:issue_created', 'jira:issue_updated', 'jira:issue_deleted'],
  ...['comment_created', 'comment_updated', 'comment_deleted'],
  ...['issuelink_created', 'issuelink_deleted'],
  ...['jira:version_created', 'jira:version_updated', 'jira:version_deleted', 'jira:version_merged'],
  ...['jira:version_released', 'jira:version_unreleased', 'jira:version_moved'],
  ...['sprint_created', 'sprint_updated', 'sprint_deleted', 'sprint_started', 'sprint_closed'],
  ...['project_created', 'project_updated', 'project_deleted'],
];

/** Data Center's page of events does not list these, and an unknown name might fail the whole request. */
const CLOUD_ONLY = [
  ...['project_soft_deleted', 'project_restored_deleted'],
  ...['project_archived', 'project_restored_archived'],
];

export const CLOUD_EVENTS: readonly string[] = [...EVERYWHERE, ...CLOUD_ONLY];

export const DATA_CENTER_EVENTS: readonly string[] = EVERYWHERE;

/** The calls for one webhook: the same on Cloud and Data Center, except for the path. */
export const callsAt = <Entry, Created>(
  client: JiraClient,
  path: string,
  { entry, created }: { entry: z.ZodMiniType<Entry>; created: z.ZodMiniType<Created> },
) => {
  const pathOf = (id: string): string => `${path}/${id}`;
  return {
    get: (id: string): Promise<Entry> => client.send({ method: 'GET', path: pathOf(id), answer: entry }),
    post: (body: object): Promise<Created> => client.send({ method: 'POST', path, body, answer: created }),
    put: async (id: string, body: object): Promise<void> => {
      await client.send({ method: 'PUT', path: pathOf(id), body, answer: z.unknown() });
    },
    /** A webhook that no longer exists counts as removed. */
    remove: async (id: string): Promise<void> => {
      await client.send({ method: 'DELETE', path: pathOf(id), answer: z.unknown() }).catch(unlessGone);
    },
  };
};

const unlessGone = (fault: unknown): void => {
  if (!(fault instanceof JiraError && fault.fault === 'missing')) throw fault;
};
