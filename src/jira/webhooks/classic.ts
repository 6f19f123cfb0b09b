import * as z from 'zod/mini';
import type { JiraClient } from '../client.ts';
import { NO_REPORT } from './delivery-report.ts';
import {
  CLOUD_EVENTS,
  callsAt,
  DATA_CENTER_EVENTS,
  JQL_SECTION,
  WEBHOOK_NAME,
  type Webhook,
  type WebhookApi,
  withOurs,
} from './webhook.ts';

const PATH = '/rest/webhooks/1.0/webhook';

const SELF = /\/webhook\/(\w{1,40})\/?$/;

/** Jira returns the id only as the end of `self`. */
const idOfSelf = z.pipe(
  z.string().check(z.regex(SELF)),
  z.transform((self) => SELF.exec(self)?.[1] ?? ''),
);

const listed = z.object({ self: idOfSelf, name: z.string(), url: z.string() });

const entry = z.object({
  ...listed.shape,
  events: z.array(z.string()),
  enabled: z.boolean(),
  excludeBody: z.optional(z.nullable(z.boolean())),
  filters: z.optional(z.nullable(z.record(z.string(), z.unknown()))),
  isSigned: z.optional(z.boolean()),
  description: z.optional(z.nullable(z.string())),
});

type Entry = z.output<typeof entry>;

const jqlOf = ({ filters }: Entry): string => {
  const jql = filters?.[JQL_SECTION];
  return typeof jql === 'string' ? jql.trim() : '';
};

const toWebhook = (found: Entry): Webhook => ({
  id: found.self,
  name: found.name,
  url: found.url,
  events: found.events,
  enabled: found.enabled,
  signed: found.isSigned ?? null,
  excludes_body: found.excludeBody === true,
  jql: jqlOf(found),
});

/** Webhooks of Jira Cloud. Data Center before version 10 has the same API, without secrets. */
export const classicWebhooks = (client: JiraClient, deployment: string, isCloud: boolean): WebhookApi => {
  const ours = isCloud ? CLOUD_EVENTS : DATA_CENTER_EVENTS;
  const calls = callsAt(client, PATH, { entry, created: z.object({ self: idOfSelf }) });
  const settings = (url: string, secret: string) => ({
    url,
    secret,
    excludeBody: false,
    enabled: true,
  });
  return {
    deployment,
    can_sign: isCloud,
    events: ours,
    list: async () => {
      const all = await client.send({ method: 'GET', path: PATH, answer: z.array(listed) });
      return all.map(({ self, name, url }) => ({ id: self, name, url }));
    },
    read: async (id) => toWebhook(await calls.get(id)),
    report: async () => NO_REPORT,
    create: async (url, secret) => {
      const body = {
        name: WEBHOOK_NAME,
        events: ours,
        filters: { [JQL_SECTION]: '' },
        ...settings(url, secret),
      };
      return (await calls.post(body)).self;
    },
    update: async (id, url, secret) => {
      const { name, description, events, filters } = await calls.get(id);
      const kept = { name, description: description ?? '', filters: filters ?? {} };
      const body = { ...kept, events: withOurs(events, ours), ...settings(url, secret) };
      await calls.put(id, body);
    },
    remove: calls.remove,
  };
};
