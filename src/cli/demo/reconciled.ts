import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import { deliveryHeaders } from '../deliver/delivery.ts';
import { createPost } from '../deliver/send.ts';
import { textTable } from '../shared/tables.ts';
import { type Found, get, orStrange } from './found.ts';
import type { DemoJira, Held } from './jira.ts';
import type { Stage } from './play.ts';

const VERSION = '10500';

/** The initial issues of Jira, none of which was ever delivered. */
export const IN_JIRA = {
  issues: [
    {
      id: '10021',
      key: 'PAY-1',
      updated: '2026-03-04T16:00:00.100+0000',
      status: 'To Do',
      summary: 'Pay by invoice',
      versions: [VERSION],
    },
    {
      id: '10022',
      key: 'PAY-2',
      updated: '2026-03-04T16:05:00.100+0000',
      status: 'To Do',
      summary: 'Pay by card',
      versions: [],
    },
  ] satisfies Held[],
  versions: { [VERSION]: '2.0' },
};

const issue = z.object({
  issue_key: z.string(),
  summary: z.string(),
  status: z.string(),
  fix_versions: z.array(z.string()),
});

type Issue = z.output<typeof issue>;

/** One change in Jira, and what must be stored after reconciliation. */
export type Change = {
  happens: string;
  change(stage: Stage): Promise<void>;
  ends_as: readonly Issue[];
};

const PAY_1: Issue = {
  issue_key: 'PAY-1',
  summary: 'Pay by invoice',
  status: 'To Do',
  fix_versions: ['2.0'],
};
const PAY_2: Issue = { issue_key: 'PAY-2', summary: 'Pay by card', status: 'To Do', fix_versions: [] };
const STARTED: Issue = { ...PAY_1, status: 'In Progress' };

const startWork = ({ issues }: DemoJira): void => {
  const updated = new Date().toISOString().replace('Z', '+0000');
  for (const one of issues.values())
    if (one.key === 'PAY-1') issues.set(one.id, { ...one, updated, status: 'In Progress' });
};

/** Jira sends only the event of the version, and does not raise `updated` of any issue. */
const renameVersion = async ({ jira, url, secret, correlated }: Stage): Promise<void> => {
  jira.versions.set(VERSION, '2.1');
  const version = { id: VERSION, name: '2.1', projectId: 10100 };
  const event = { timestamp: Date.now(), webhookEvent: 'jira:version_updated', version };
  const body = Buffer.from(JSON.stringify(event));
  await createPost(new URL('/webhooks/jira', url), 1)(deliveryHeaders(body, secret, undefined, {}), body);
  await correlated();
};

/** Changes that no webhook of an issue delivers. */
export const CHANGES: readonly Change[] = [
  {
    happens: 'Two issues are older than the webhook',
    change: async () => {},
    ends_as: [PAY_1, PAY_2],
  },
  {
    happens: 'Work on PAY-1 starts, and the webhook is lost',
    change: async ({ jira }) => startWork(jira),
    ends_as: [STARTED],
  },
  {
    happens: 'Version 2.0 is renamed to 2.1',
    change: renameVersion,
    ends_as: [{ ...STARTED, fix_versions: ['2.1'] }],
  },
];

/** Makes the change, runs a turn of reconciliation, and reads what is stored. */
export const playChange = async ({ change, ends_as }: Change, stage: Stage): Promise<Found[]> => {
  await change(stage);
  await stage.reconcile();
  return Promise.all(ends_as.map((expected) => readIssue(stage.url, expected)));
};

const readIssue = (base: string, expected: Issue): Promise<Found> => {
  const route = `/issues/${expected.issue_key}`;
  const read = async (): Promise<Found> => {
    const found = issue.parse(await get(base, route));
    const rows = Object.entries(found).map(([name, value]) => [name, String(value)]);
    return { route, text: textTable(['field', 'value'], rows), ok: isDeepStrictEqual(found, expected) };
  };
  return orStrange(route, read());
};
