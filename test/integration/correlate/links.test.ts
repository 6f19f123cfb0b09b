import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.ts';
import { startCorrelation, type TestCorrelation } from '../../support/correlation.ts';
import { useEngine } from '../../support/use-engine.ts';

const engine = useEngine();
let app: TestApp;
let correlation: TestCorrelation;

beforeEach(async () => {
  app = await startApp({ endpoint: engine.endpoint });
  correlation?.[Symbol.dispose]();
  correlation = startCorrelation(app);
});

afterAll(() => correlation[Symbol.dispose]());

const issue = (
  id: string,
  key: string,
  day: number,
  more: { type?: object; from?: string; event?: string } = {},
) =>
  JSON.stringify({
    webhookEvent: more.event ?? 'jira:issue_updated',
    timestamp: Date.UTC(2026, 2, day),
    issue: {
      id,
      key,
      fields: {
        summary: `issue ${id}`,
        updated: `2026-03-${String(day).padStart(2, '0')}T00:00:00.000+0000`,
        issuetype: { name: 'Story', subtask: false, hierarchyLevel: 0, ...more.type },
        fixVersions: [{ name: '1.2.0' }],
      },
    },
    ...(more.from ? { changelog: { items: [{ field: 'Key', fromString: more.from, toString: key }] } } : {}),
  });

const sha = (n: number): string => String(n).padStart(40, 'a');

const commit = (n: number, message: string, more: object = {}) => ({
  sha: sha(n),
  message,
  author: 'Ada Example',
  committed_at: `2026-03-01T00:00:${String(n).padStart(2, '0')}Z`,
  ...more,
});

const commits = (...list: object[]): string => JSON.stringify({ repository: 'acme/shop', commits: list });

/** Issue key to the shas and rules of its commits, as the routes tell. */
const commitsOf = async (key: string): Promise<string[]> => {
  const { body } = await app.get(`/issues/${key}/commits`);
  return (body.items as { sha: string; rule: string }[]).map(
    ({ sha: id, rule }) => `${Number(id.replace(/^a+/, ''))} ${rule}`,
  );
};

const gaps = async (kind: string): Promise<string[]> => {
  const { body } = await app.get(`/gaps/${kind}`);
  return (body.items as Record<string, string>[]).map(
    (item) => item.issue_key ?? String(Number(item.sha?.replace(/^a+/, ''))),
  );
};

describe('an issue and its commits', () => {
  it('are linked whichever comes first, because a candidate waits for ever', async () => {
    await app.deliverCommits('commits', commits(commit(1, 'ABC-1 first'), commit(2, 'nothing')));
    await correlation.run();
    expect(await gaps('commits-without-story')).toEqual(['2', '1']);
    await app.deliver(issue('1', 'ABC-1', 1));
    await app.deliver(issue('2', 'ABC-2', 1));
    await correlation.run();
    expect(await commitsOf('ABC-1')).toEqual(['1 message']);
    expect(await gaps('commits-without-story')).toEqual(['2']);
    expect(await gaps('stories-without-commits')).toEqual(['ABC-2']);
    expect(correlation.latest().correlation.summary).toEqual({
      issues: 2,
      matched: 1,
      stories_without_commits: 1,
      commits: 2,
      commits_without_story: 1,
    });
    await app.deliverCommits('commits', commits(commit(3, 'more for ABC-2')));
    await correlation.run();
    expect(await gaps('stories-without-commits')).toEqual([]);
  });

  it('are withdrawn when the issue is deleted, and the next rule takes over', async () => {
    await app.deliver(issue('1', 'ABC-1', 1));
    await app.deliver(issue('2', 'ABC-2', 1));
    await app.deliverCommits('commits', commits(commit(1, 'ABC-1 first', { branch: 'feature/abc-2-x' })));
    await correlation.run();
    expect(await commitsOf('ABC-1')).toEqual(['1 message']);
    await app.deliver(issue('1', 'ABC-1', 2, { event: 'jira:issue_deleted' }));
    await correlation.run();
    expect(await commitsOf('ABC-1')).toEqual([]);
    expect(await commitsOf('ABC-2')).toEqual(['1 branch']);
    expect(await gaps('stories-without-commits')).toEqual([]);
  });

  it('are in the document of the deletion that leaves them without a story, because it touched them', async () => {
    await app.deliver(issue('1', 'ABC-1', 1));
    await app.deliverCommits('commits', commits(commit(1, 'ABC-1 first')));
    await correlation.run();
    const { body } = await app.deliver(issue('1', 'ABC-1', 2, { event: 'jira:issue_deleted' }));
    const after = await correlation.records();
    const event = after.filter(({ dynamodb }) => dynamodb?.Keys?.pk?.S === `E#${body.event_id}`);
    await correlation.run(event);
    const { issues, correlation: found } = correlation.latest();
    expect(issues).toMatchObject([{ issue_key: 'ABC-1', deleted: true }]);
    expect(found).toMatchObject({
      matched: [],
      commits_without_story: [{ message_title: 'ABC-1 first', candidates: ['ABC-1'] }],
    });
  });

  it('stay together when the issue moves, by the old key and the new one', async () => {
    await app.deliver(issue('1', 'ABC-1', 1));
    await app.deliverCommits('commits', commits(commit(1, 'ABC-1 old'), commit(2, 'XYZ-9 new')));
    await correlation.run();
    await app.deliver(issue('1', 'XYZ-9', 2, { from: 'ABC-1' }));
    await correlation.run();
    expect(await commitsOf('XYZ-9')).toEqual(['1 message', '2 message']);
    expect(await commitsOf('ABC-1')).toEqual(['1 message', '2 message']);
    expect(await gaps('commits-without-story')).toEqual([]);
  });

  it('shows processing as done beside each event', async () => {
    const { body } = await app.deliver(issue('1', 'ABC-1', 1));
    expect((await app.get(`/events/${body.event_id}`)).body.processing).toMatchObject({ status: 'pending' });
    expect((await app.get('/stats')).body).toMatchObject({ unprocessed: 1, failed: 0 });
    await correlation.run();
    expect((await app.get(`/events/${body.event_id}`)).body.processing).toMatchObject({
      status: 'processed',
      attempts: 1,
      reason: null,
    });
    expect((await app.get('/stats')).body).toMatchObject({ unprocessed: 0, lag_seconds: 0 });
  });
});
