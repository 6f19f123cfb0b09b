import * as z from 'zod/mini';
import type { JiraClient } from '../client.ts';
import { readDeliveryReport } from './delivery-report.ts';
import {
  callsAt,
  DATA_CENTER_EVENTS,
  JQL_SECTION,
  type Listed,
  WEBHOOK_NAME,
  type Webhook,
  type WebhookApi,
  withOurs,
} from './webhook.ts';

const PATH = '/rest/jira-webhook/1.0/webhooks';
const PAGE = 100;

const properties = z.record(z.string(), z.unknown());

const id = z.pipe(z.int().check(z.nonnegative()), z.transform(String));

const listed = z.object({ id, name: z.string(), url: z.string() });

const entry = z.object({
  ...listed.shape,
  events: z.array(z.string()),
  active: z.boolean(),
  configuration: z.optional(z.nullable(properties)),
  filters: z.optional(z.nullable(properties)),
  isSigned: z.optional(z.boolean()),
  sslVerificationRequired: z.optional(z.boolean()),
});

type Entry = z.output<typeof entry>;

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';

/** A hidden secret is shown as some text; no text at all means that nothing is signed. */
const isSigned = ({ isSigned: reported, configuration }: Entry): boolean | null =>
  reported ?? (configuration ? isText(configuration.SECRET) : null);

/** It is not documented which of the two names Data Center uses. */
const jqlOf = ({ configuration, filters }: Entry): string =>
  [filters?.[JQL_SECTION], configuration?.FILTERS].filter(isText).join(' ').trim();

const toWebhook = (found: Entry): Webhook => ({
  id: found.id,
  name: found.name,
  url: found.url,
  events: found.events,
  enabled: found.active,
  signed: isSigned(found),
  excludes_body: String(found.configuration?.EXCLUDE_BODY) === 'true',
  jql: jqlOf(found),
});

/** The secret must be in here: one at the top level is silently ignored, and nothing is signed. */
const configurationOf = (kept: Entry['configuration'], secret: string) => ({
  ...kept,
  SECRET: secret,
  EXCLUDE_BODY: 'false',
});

/** Webhooks of Data Center from version 10 on. */
export const dataCenterWebhooks = (client: JiraClient, deployment: string): WebhookApi => {
  const calls = callsAt(client, PATH, { entry, created: z.object({ id }) });

  /** Page by page; ends also if a server without paging returns the same again. */
  const list = async (): Promise<Listed[]> => {
    const all = new Map<string, Listed>();
    for (let start = 0; ; start += PAGE) {
      const path = `${PATH}?start=${start}&limit=${PAGE}`;
      const page = await client.send({ method: 'GET', path, answer: z.array(listed) });
      const before = all.size;
      for (const one of page) all.set(one.id, one);
      if (page.length < PAGE || all.size === before) return [...all.values()];
    }
  };

  return {
    deployment,
    can_sign: true,
    events: DATA_CENTER_EVENTS,
    list,
    read: async (one) => toWebhook(await calls.get(one)),
    report: (one) => readDeliveryReport(client, `${PATH}/${one}`),
    create: async (url, secret) => {
      const settings = { name: WEBHOOK_NAME, url, events: DATA_CENTER_EVENTS, active: true };
      const scope = { scopeType: 'global', sslVerificationRequired: true };
      const body = { ...settings, ...scope, configuration: configurationOf({}, secret) };
      return (await calls.post(body)).id;
    },
    update: async (one, url, secret) => {
      const { name, events, filters, configuration, sslVerificationRequired = true } = await calls.get(one);
      const settings = {
        id: Number(one),
        name,
        url,
        events: withOurs(events, DATA_CENTER_EVENTS),
        active: true,
      };
      const scope = { scopeType: 'global', sslVerificationRequired, ...(filters ? { filters } : {}) };
      const body = { ...settings, ...scope, configuration: configurationOf(configuration, secret) };
      await calls.put(one, body);
    },
    remove: calls.remove,
  };
};
