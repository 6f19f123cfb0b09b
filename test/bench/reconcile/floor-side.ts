import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import pMap from 'p-map';
import { sha256Hex } from '../../../src/domain/event-id.ts';
import { BODY_FIELDS } from '../../../src/jira/reads/common.ts';
import { embeddedConfig } from '../../../src/local/aws-config.ts';
import { chunks } from '../../../src/platform/chunks.ts';
import { TOKEN } from '../../support/scripted-jira/scripted-jira.ts';
import { serveParent } from '../http/child-side.ts';
import { floorWrites, type Templates } from '../http/floor-writes.ts';

export type FloorSetup = { endpoint: string; tableName: string; jira: string; templates: Templates };

type Found = { issues: { id: string }[]; nextPageToken?: string };
type Shown = { id: string; key: string; fields: { updated: string } };

/** As many as we have under way. */
const GROUPS_AT_ONCE = 4;
const ISSUES_AT_ONCE = 8;

/**
 * The floor: a bare loop that asks the same Jira for the same bodies, as many at once as we do, and makes the writes of
 * ours in sequence, of their sizes, with the SDK's client as it comes. It judges nothing, and keeps no place.
 */
await serveParent<FloorSetup>(async ({ endpoint, tableName, jira, templates }) => {
  const client = new DynamoDBClient(embeddedConfig(endpoint));
  const writes = floorWrites(templates);

  const ask = async <T>(path: string, body: unknown): Promise<T> => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
    const response = await fetch(`${jira}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return JSON.parse(await response.text());
  };

  const store = async ({ id: issue_id, key: issue_key, fields }: Shown): Promise<void> => {
    const [updated_ms, timestamp_ms] = [Date.parse(fields.updated), Date.now()];
    const event_id = `evt_${sha256Hex(issue_id).slice(0, 40)}`;
    const to = { event_id, issue_id, issue_key, updated_ms, timestamp_ms };
    const into = { TableName: tableName };
    await client.send(new PutItemCommand({ ...writes.alias(to), ...into }));
    await client.send(new UpdateItemCommand({ ...writes.update(to), ...into })).catch(unlessRefused);
    await client.send(new PutItemCommand({ ...writes.put(to), ...into })).catch(unlessRefused);
  };

  const load = async (ids: readonly string[]): Promise<void> => {
    const read = { issueIdsOrKeys: ids, fields: BODY_FIELDS };
    const { issues } = await ask<{ issues: Shown[] }>('/rest/api/2/issue/bulkfetch', read);
    await pMap(issues, store, { concurrency: ISSUES_AT_ONCE });
  };

  const loadAll = async () => {
    const [began, cpu] = [performance.now(), process.cpuUsage()];
    let loaded = 0;
    let nextPageToken: string | undefined;
    do {
      const query = {
        jql: 'created >= 0 ORDER BY created ASC',
        fields: ['updated'],
        maxResults: 1000,
        nextPageToken,
      };
      const page = await ask<Found>('/rest/api/2/search/jql', query);
      await pMap(
        chunks(
          page.issues.map(({ id }) => id),
          100,
        ),
        load,
        { concurrency: GROUPS_AT_ONCE },
      );
      loaded += page.issues.length;
      nextPageToken = page.nextPageToken;
    } while (nextPageToken !== undefined);
    const { user, system } = process.cpuUsage(cpu);
    return { seen: loaded, ms: performance.now() - began, cpu_ms: (user + system) / 1000 };
  };

  return { url: '', work: loadAll };
});

/** A write that is refused costs as much. */
function unlessRefused(fault: unknown): void {
  if (!(fault instanceof ConditionalCheckFailedException)) throw fault;
}
