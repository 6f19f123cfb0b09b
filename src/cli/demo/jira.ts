import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod/mini';
import { close, listen } from './listen.ts';
import { fieldsOf, issueOf, type Moment } from './story.ts';

/** An issue of the demo's Jira; `versions` are ids. */
export type Held = Moment & { versions: string[] };

/** A fake Jira for the demo. Its issues can be changed while it runs; it sends no webhooks. */
export type DemoJira = AsyncDisposable & {
  url: string;
  /** By id. */
  issues: Map<string, Held>;
  /** Names by id. */
  versions: Map<string, string>;
};

const PROJECT = { id: '10100', key: 'PAY', projectKeys: ['PAY'] };

/** When all of its issues were created. */
const CREATED = '2026-03-02T16:00:00.100+0000';

/** Starts the part of Jira Cloud that reconciliation uses, on a free local port. */
export const startDemoJira = async (
  held: readonly Held[],
  versions: Record<string, string>,
): Promise<DemoJira> => {
  const server = createServer(async (request, response) => {
    const value = await answerTo(request, jira);
    const body = JSON.stringify(value ?? { errorMessages: ['There is nothing here'], errors: {} });
    response.writeHead(value === null ? 404 : 200, { 'content-type': 'application/json' }).end(body);
  });
  const jira: DemoJira = {
    url: await listen(server),
    issues: new Map(held.map((issue) => [issue.id, issue])),
    versions: new Map(Object.entries(versions)),
    [Symbol.asyncDispose]: () => close(server),
  };
  return jira;
};

const asked = z.object({
  jql: z.optional(z.string()),
  issueIdsOrKeys: z.optional(z.array(z.string())),
});

type Asked = z.output<typeof asked>;

const answerTo = async (request: IncomingMessage, jira: DemoJira): Promise<unknown> => {
  const body = await text(request);
  const [path = ''] = (request.url ?? '').split('?');
  const name = path.slice('/rest/api/2/'.length);
  const known = ANSWERS[name];
  if (known) return known(jira, z.parse(asked, body === '' ? {} : JSON.parse(body)));
  const id = /^issue\/([\w-]+)$/.exec(name)?.[1];
  const found = [...jira.issues.values()].find((issue) => issue.id === id || issue.key === id);
  return found ? shown(found, jira) : null;
};

const ANSWERS: Record<string, (jira: DemoJira, asked: Asked) => unknown> = {
  serverInfo: ({ url }) => ({
    baseUrl: url,
    deploymentType: 'Cloud',
    version: '1001.0.0',
    versionNumbers: [5, 0, 0],
  }),
  myself: () => ({ accountId: '5f0000000000000000000002' }),
  field: () => [],
  'project/search': () => ({ values: [PROJECT], isLast: true }),
  'search/jql': (jira, { jql = '' }) => ({
    issues: matching(jira, jql).map((issue) => row(issue)),
    isLast: true,
  }),
  'search/approximate-count': (jira, { jql = '' }) => ({ count: matching(jira, jql).length }),
  'issue/bulkfetch': (jira, { issueIdsOrKeys = [] }) => ({
    issues: issueIdsOrKeys.flatMap((id) => jira.issues.get(id) ?? []).map((issue) => shown(issue, jira)),
    issueErrors: [],
  }),
};

/** Applies the time bounds and the version of a query; there is only one project. */
const matching = ({ issues }: DemoJira, jql: string): Held[] => {
  const bounds = [...jql.matchAll(/(updated|created) (>=|<) (-?\d+)/g)];
  const version = /fixVersion = (\d+)/.exec(jql)?.[1];
  return [...issues.values()].filter(({ updated, versions }) => {
    const times: Record<string, number> = { updated: Date.parse(updated), created: Date.parse(CREATED) };
    const isWithin = bounds.every(([, name = '', sign, bound]) =>
      sign === '<' ? (times[name] ?? 0) < Number(bound) : (times[name] ?? 0) >= Number(bound),
    );
    return isWithin && (version === undefined || versions.includes(version));
  });
};

const row = ({ id, updated }: Held) => ({ id, fields: { updated } });

const shown = (issue: Held, { versions }: DemoJira) =>
  issueOf(issue, {
    ...fieldsOf(issue),
    labels: [],
    fixVersions: issue.versions.map((id) => ({ id, name: versions.get(id) })),
    created: CREATED,
    updated: issue.updated,
  });
