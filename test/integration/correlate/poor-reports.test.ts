import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { candidateKey, refKey } from '../../../src/store/calls/keys.ts';
import { getItem } from '../../../src/store/calls/table.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { startCorrelation, type TestCorrelation } from '../../support/correlation.ts';
import { useEngine } from '../../support/use-engine.ts';

const engine = useEngine();
let app: TestApp;
let correlation: TestCorrelation;

beforeEach(async () => {
  app = await startApp({ endpoint: engine.endpoint });
  correlation = startCorrelation(app);
  return () => correlation[Symbol.dispose]();
});

const SHA = 'd'.repeat(40);

const story = (id: string, key: string): string =>
  JSON.stringify({
    webhookEvent: 'jira:issue_updated',
    timestamp: 1_772_323_200_000,
    issue: { id, key, fields: { summary: key, updated: '2026-03-01T00:00:00.000+0000' } },
  });

const push = (message: string, timestamp: string, more: object = {}): string =>
  JSON.stringify({
    ref: 'refs/heads/feature/qa-7_login',
    repository: { full_name: 'acme/shop' },
    commits: [{ id: SHA, message, timestamp, ...more }],
  });

const listed = (message: string, committed_at: string): string =>
  JSON.stringify({
    repository: 'acme/shop',
    commits: [{ sha: SHA, message, author: 'Ada', committed_at }],
  });

const bring = async (...bodies: [source: 'github' | 'commits' | 'jira', body: string][]): Promise<void> => {
  for (const [source, body] of bodies) {
    if (source === 'jira') await app.deliver(body);
    else await app.deliverCommits(source, body, source === 'github' ? { event: 'push' } : {});
    await correlation.run();
  }
};

const items = async (path: string): Promise<Record<string, unknown>[]> =>
  (await app.get(path)).body.items as Record<string, unknown>[];

describe('a commit that several senders report', () => {
  it('keeps its link, author and time when a poorer report comes, because nothing known is lost', async () => {
    await bring(
      ['jira', story('1', 'QA-12')],
      ['commits', listed('Show the total\n\nRefs: QA-12', '2026-03-02T09:00:00Z')],
      ['github', push('Show the', '2005-04-07T22:13:13+51:80')],
    );
    expect(await items('/issues/QA-12/commits')).toMatchObject([
      {
        sha: SHA,
        rule: 'message',
        message_title: 'Show the total',
        author_name: 'Ada',
        committed_at: '2026-03-02T09:00:00.000Z',
      },
    ]);
  });

  it('is kept without a time until a sender has one, because git keeps such commits too', async () => {
    await bring(['github', push('Tidy', '0001-01-01T00:00:00Z')]);
    const [gap] = await items('/gaps/commits-without-story?repository=acme/shop');
    expect(gap).toMatchObject({ sha: SHA, committed_at: null, phoenix_committed_at: null });
    expect(await items('/gaps/commits-without-story?since=2020-01-01')).toEqual([]);
    await bring(['commits', listed('Tidy', '2026-03-02T09:00:00Z')]);
    const [now] = await items('/gaps/commits-without-story?since=2020-01-01');
    expect(now).toMatchObject({ sha: SHA, committed_at: '2026-03-02T09:00:00.000Z' });
  });
});

describe('keys that people write', () => {
  it('link a commit by its branch, because _ parts words', async () => {
    await bring(['jira', story('1', 'QA-7')], ['github', push('Tidy', '2026-03-02T09:00:00Z')]);
    expect(await items('/issues/QA-7/commits')).toMatchObject([{ sha: SHA, rule: 'branch' }]);
  });

  it('wait in every reading, because the project with the underscore may come later', async () => {
    await bring(
      ['commits', listed('Build FIX_QA-3-404-page', '2026-03-02T09:00:00Z')],
      ['jira', story('1', 'QA-3')],
    );
    expect(await items('/issues/QA-3/commits')).toHaveLength(1);
    await bring(['jira', story('2', 'FIX_QA-3')]);
    expect(await items('/issues/FIX_QA-3/commits')).toHaveLength(1);
    expect(await items('/issues/QA-3/commits')).toEqual([]);
  });

  it('are said to be more than are looked at, because nobody may believe that all were', async () => {
    const keys = Array.from({ length: 60 }, (_, n) => `QA-${n + 1}`);
    await bring(['commits', listed(keys.join(' '), '2026-03-02T09:00:00Z')]);
    const [gap] = await items('/gaps/commits-without-story');
    expect(gap).toMatchObject({ candidates: keys.slice(0, 50), keys_truncated: true });
    await bring(['jira', story('1', 'QA-1')]);
    expect(await items('/issues/QA-1/commits')).toMatchObject([{ sha: SHA, keys_truncated: true }]);
  });

  it('lead to a row of older code once it is looked at again, because its candidates were fewer', async () => {
    await bring(['commits', listed('FIX_QA-3', '2026-03-02T09:00:00Z')]);
    const { table } = app.events;
    const ref = { kind: 'commit', repository: 'acme/shop', id: SHA } as const;
    const row = await getItem({ table, signal: AbortSignal.timeout(5_000) }, refKey('default', ref));
    const { candidates, ...older } = JSON.parse(String(row?.body));
    const body = { ':body': JSON.stringify(older) };
    await table.documentClient.send(
      new UpdateCommand({
        TableName: table.name,
        Key: refKey('default', ref),
        UpdateExpression: 'SET body = :body',
        ExpressionAttributeValues: body,
      }),
    );
    const Key = candidateKey('default', 'QA-3', ref);
    await table.documentClient.send(new DeleteCommand({ TableName: table.name, Key }));
    expect(candidates).toBe(2);
    await bring(['commits', listed('FIX_QA-3 again', '2026-03-02T09:00:00Z')], ['jira', story('1', 'QA-3')]);
    expect(await items('/issues/QA-3/commits')).toHaveLength(1);
  });
});

describe('the body of a pull request', () => {
  const described = (body: string | null, updated_at: string): string =>
    JSON.stringify({
      repository: { full_name: 'acme/shop' },
      pull_request: { number: 4, title: 'Totals', body, updated_at, head: { ref: 'totals', sha: SHA } },
    });

  it('links its newest commit as the last rule, until the key is gone, because a body is corrected', async () => {
    const pull = async (body: string | null, at: string): Promise<void> => {
      await app.deliverCommits('github', described(body, at), { event: 'pull_request' });
      await correlation.run();
    };
    await bring(['jira', story('1', 'QA-5')], ['commits', listed('Tidy', '2026-03-02T09:00:00Z')]);
    await pull('<!-- QA-6 -->\nCloses QA-5.', '2026-03-02T10:00:00Z');
    expect(await items('/issues/QA-5/commits')).toMatchObject([{ sha: SHA, rule: 'pull_request_body' }]);
    await pull(null, '2026-03-02T11:00:00Z');
    expect(await items('/issues/QA-5/commits')).toEqual([]);
    expect(JSON.stringify(app.lines)).not.toContain('Closes');
  });
});
