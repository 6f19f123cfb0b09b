import { beforeEach, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.ts';
import { startCorrelation, type TestCorrelation } from '../../support/correlation.ts';
import { useEngine } from '../../support/use-engine.ts';
import { commit, commitsBody, deletionBody, issueBody } from './bodies.ts';
import { bareStories, commitsOf, strayCommits } from './derived.ts';
import { eventRecord } from './records.ts';

const engine = useEngine();
let app: TestApp;
let correlation: TestCorrelation;

beforeEach(async () => {
  app = await startApp({ endpoint: engine.endpoint });
  correlation = startCorrelation(app);
  return () => correlation[Symbol.dispose]();
});

describe('an issue and its commits', () => {
  it('are linked whichever comes first, because a candidate waits for ever', async () => {
    await app.deliverCommits('commits', commitsBody(commit(1, 'ABC-1 first'), commit(2, 'nothing')));
    await correlation.run();
    expect(await strayCommits(app)).toEqual([2, 1]);
    await app.deliver(issueBody('1', 'ABC-1', 1));
    await app.deliver(issueBody('2', 'ABC-2', 1));
    await correlation.run();
    expect(await commitsOf(app, 'ABC-1')).toEqual(['1 message']);
    expect(await strayCommits(app)).toEqual([2]);
    expect(await bareStories(app)).toEqual(['ABC-2']);
    expect(correlation.latest().correlation.summary).toEqual({
      issues: 2,
      matched: 1,
      stories_without_commits: 1,
      commits: 2,
      commits_without_story: 1,
    });
    await app.deliverCommits('commits', commitsBody(commit(3, 'more for ABC-2')));
    await correlation.run();
    expect(await bareStories(app)).toEqual([]);
  });

  it('are withdrawn when the issue is deleted, and the next rule takes over', async () => {
    await app.deliver(issueBody('1', 'ABC-1', 1));
    await app.deliver(issueBody('2', 'ABC-2', 1));
    await app.deliverCommits('commits', commitsBody(commit(1, 'ABC-1 first', { branch: 'feature/abc-2-x' })));
    await correlation.run();
    expect(await commitsOf(app, 'ABC-1')).toEqual(['1 message']);
    await app.deliver(deletionBody('1', 'ABC-1', 2));
    await correlation.run();
    expect(await commitsOf(app, 'ABC-1')).toEqual([]);
    expect(await commitsOf(app, 'ABC-2')).toEqual(['1 branch']);
    expect(await bareStories(app)).toEqual([]);
  });

  it('are in the document of the deletion that leaves them without a story, because it touched them', async () => {
    await app.deliver(issueBody('1', 'ABC-1', 1));
    await app.deliverCommits('commits', commitsBody(commit(1, 'ABC-1 first')));
    await correlation.run();
    const { body } = await app.deliver(deletionBody('1', 'ABC-1', 2));
    await correlation.run([eventRecord(body.event_id)]);
    const { issues, correlation: found } = correlation.latest();
    expect(issues).toMatchObject([{ issue_key: 'ABC-1', deleted: true }]);
    expect(found).toMatchObject({
      matched: [],
      commits_without_story: [{ message_title: 'ABC-1 first', candidates: ['ABC-1'] }],
    });
  });

  it('stay together when the issue moves, by the old key and the new one', async () => {
    await app.deliver(issueBody('1', 'ABC-1', 1));
    await app.deliverCommits('commits', commitsBody(commit(1, 'ABC-1 old'), commit(2, 'XYZ-9 new')));
    await correlation.run();
    await app.deliver(issueBody('1', 'XYZ-9', 2, { from: 'ABC-1' }));
    await correlation.run();
    expect(await commitsOf(app, 'XYZ-9')).toEqual(['1 message', '2 message']);
    expect(await commitsOf(app, 'ABC-1')).toEqual(['1 message', '2 message']);
    expect(await strayCommits(app)).toEqual([]);
  });

  it('shows processing as done beside each event', async () => {
    const { body } = await app.deliver(issueBody('1', 'ABC-1', 1));
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
