import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { SECRET_VARIABLES } from '../../src/contract/env-variables.ts';
import { BATCH_SIZE, BATCH_WINDOW_SECONDS } from '../../src/contract/functions.ts';
import { LOG_ALARMS } from '../../src/contract/log-alarms.ts';
import { ROUTES } from '../../src/contract/routes.ts';
import { DAY_SHARDS } from '../../src/contract/table.ts';
import { BACKOFF, MOST_CONFLICTS } from '../../src/correlate/run/scope.ts';
import { PROBLEM_TYPES } from '../../src/domain/delivery.ts';
import { COMMIT_SOURCES, type CommitSource } from '../../src/domain/source.ts';
import { REQUEST_BUDGET_MS } from '../../src/platform/deadline.ts';
import { createDynamoDb } from '../../src/platform/dynamodb.ts';
import {
  aliasKey,
  candidateKey,
  dayPartitions,
  eventKey,
  issueLinksKey,
  processingKey,
  refKey,
  snapshotKey,
} from '../../src/store/calls/keys.ts';
import { inlineCode, page, tableRows } from '../support/markdown.ts';
import { openapi, operations, parametersOf } from '../support/openapi.ts';
import { messages } from './messages.ts';

const API = page('docs/api.md');
const TROUBLESHOOTING = page('docs/troubleshooting.md');
const ARCHITECTURE = page('docs/architecture.md');
const SOURCES_PAGE = page('docs/commit-sources.md');

const properties = z.looseObject({});

const listedCommits = z.looseObject({
  properties: z.looseObject({
    commits: z.looseObject({ items: z.looseObject({ properties }) }),
  }),
});

/** The header a source's signature is documented in. */
const signatureHeader = (source: CommitSource): string | undefined => {
  const found = operations.find(({ operationId }) => operationId === `${source}-webhook`);
  const [scheme = ''] = Object.keys(found?.security[0] ?? {});
  return openapi.components.securitySchemes[scheme]?.name;
};

const stats = z.looseObject({ properties });

const STATS_FIELDS = Object.keys(stats.parse(openapi.components.schemas.Stats).properties);

describe('facts', () => {
  it('name every status of a delivery and no other, because Jira acts on them', () => {
    const documented = operations.find(({ operationId }) => operationId === 'jira-webhook')?.responses ?? {};
    const statuses = tableRows(API, 'case').flatMap(([, status = '']) => status.match(/\d{3}/g) ?? []);
    expect([...new Set(statuses)].sort()).toEqual(Object.keys(documented).sort());
  });

  it.each(COMMIT_SOURCES)('name every status of a delivery of %s and no other', (source) => {
    const rows = tableRows(SOURCES_PAGE, 'answer');
    const statuses = rows.flatMap(([, status = '']) => status.match(/\d{3}/g) ?? []);
    const documented = operations.find(({ operationId }) => operationId === `${source}-webhook`);
    expect([...new Set(statuses)].sort()).toEqual(Object.keys(documented?.responses ?? {}).sort());
  });

  it('name path, headers, key and variable of each source, because an admin copies them', () => {
    const described = COMMIT_SOURCES.map((source) => {
      const found = operations.find(({ operationId }) => operationId === `${source}-webhook`);
      const headers = found ? parametersOf(found).filter((one) => one.in === 'header') : [];
      const event = headers.find(({ schema }) => schema.minLength === 1)?.name;
      const identifier = headers.find(({ schema }) => schema.minLength === undefined)?.name;
      return [
        found?.path,
        signatureHeader(source),
        event,
        identifier,
        `${source}_webhook_secret`,
        SECRET_VARIABLES[source],
      ].map((name) => (name === undefined ? 'none' : `\`${name}\``));
    });
    expect(tableRows(SOURCES_PAGE, 'source').map(([, ...cells]) => cells)).toEqual(described);
  });

  it('name every property of our own format, because senders are written by it', () => {
    const { properties } = listedCommits.parse(openapi.components.schemas.ListedCommits);
    const named = tableRows(SOURCES_PAGE, 'property').map(([name]) => name);
    const known = ['repository', ...Object.keys(properties.commits.items.properties)];
    expect(named).toEqual(known.map((name) => `\`${name}\``));
  });

  it('list every route to read with its parameters, because clients choose from the list', () => {
    const rows = tableRows(API, 'route');
    const reading = ROUTES.filter(({ method }) => method === 'GET').map(({ path }) => `\`GET ${path}\``);
    expect(rows.map(([route]) => route).sort()).toEqual(reading.sort());
    const named = new Map(rows.map(([route = '', answer = '']) => [route, inlineCode(answer)]));
    const unnamed = ROUTES.flatMap(({ method, path, parameters = [] }) =>
      parameters.filter((name) => !named.get(`\`${method} ${path}\``)?.includes(name)),
    );
    expect(unnamed).toEqual([]);
  });

  it('quote messages and alarms as they are written, because people search for them', async () => {
    const quoted = tableRows(TROUBLESHOOTING, 'you see').flatMap(([see = '']) =>
      [...see.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''),
    );
    const paths = ROUTES.map(({ path }) => path);
    const ours = quoted.filter((text) => !['curl -d', 'event_id', ...paths].includes(text));
    expect(ours.length).toBeGreaterThan(8);
    const written = [...LOG_ALARMS, ...PROBLEM_TYPES, ...STATS_FIELDS, ...(await messages())];
    expect(ours.filter((text) => !written.some((one) => one.includes(text)))).toEqual([]);
  });

  it.each(LOG_ALARMS)('explain the log line %s, because it asks for a person', (alarm) => {
    expect(TROUBLESHOOTING).toContain(`\`${alarm}\``);
  });

  it('give the time budget of the code, because operations plan with it', async () => {
    const client = createDynamoDb({ region: 'us-east-1' });
    const timeouts = z
      .looseObject({ requestTimeout: z.number() })
      .parse(await Reflect.get(client.config.requestHandler, 'configProvider'));
    const text = ARCHITECTURE.replaceAll(/\s+/g, ' ');
    expect(text).toContain(`A request has ${REQUEST_BUDGET_MS / 1_000} s `);
    expect(text).toContain(
      `${await client.config.maxAttempts()} tries of at most ${timeouts.requestTimeout / 1_000} s each`,
    );
  });

  it('give the size of a batch and the tries, because operations plan with them', () => {
    const text = ARCHITECTURE.replaceAll(/\s+/g, ' ');
    expect(text).toContain(`full with ${BATCH_SIZE} records, or after ${BATCH_WINDOW_SECONDS} s`);
    expect(text).toContain(`${BACKOFF.tries} tries within`);
    expect(text).toContain(`is read again ${MOST_CONFLICTS} times at most`);
  });

  it('give the keys of the code, because people look into the table', () => {
    const commit = { kind: 'commit', repository: '{repository}', id: '{sha}' } as const;
    const pullRequest = { kind: 'pull_request', repository: '{repository}', id: '{id}' } as const;
    const keys = [
      snapshotKey('{tenant}', '{issue id}'),
      eventKey('{event id}'),
      aliasKey('{tenant}', '{KEY}', '{issue id}'),
      candidateKey('{tenant}', '{KEY}', commit),
      candidateKey('{tenant}', '{KEY}', pullRequest),
      refKey('{tenant}', commit),
      refKey('{tenant}', pullRequest),
      issueLinksKey('{tenant}', '{issue id}'),
      processingKey('{event id}'),
    ];
    const documented = tableRows(ARCHITECTURE, 'item').map(([, pk, sk]) => ({ pk, sk }));
    expect(documented.slice(0, keys.length)).toEqual(
      keys.map(({ pk, sk }) => ({ pk: `\`${pk}\``, sk: `\`${sk}\`` })),
    );
  });

  it('give the number of partitions of a day, because it is a cost', () => {
    expect(dayPartitions('default', '2026-11-22', 'deliveries')).toHaveLength(DAY_SHARDS);
    expect(ARCHITECTURE).toContain(`has ${DAY_SHARDS} partitions for each day`);
    expect(ARCHITECTURE).toContain(`asks all ${DAY_SHARDS} and merges`);
  });
});
