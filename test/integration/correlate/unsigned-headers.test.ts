import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CommitSource } from '../../../src/domain/source.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { commitFixture, githubExamples } from '../../support/commit-bodies.ts';
import { scanTable, startCorrelation } from '../../support/correlation.ts';
import { depth } from '../../support/depth.ts';
import { useEngine } from '../../support/use-engine.ts';
import { issueBody } from './bodies.ts';
import { derivedRows } from './derived.ts';

const engine = useEngine();

const exampleOf = (name: string) => githubExamples().find(({ event }) => event === name)?.body;

const BODIES: [CommitSource, string][] = [
  ['github', JSON.stringify(commitFixture('github-push'))],
  ['github', JSON.stringify(commitFixture('github-pull-request-merged'))],
  ['github', JSON.stringify(exampleOf('pull_request_review'))],
  ['github', JSON.stringify(exampleOf('create'))],
  ['github', JSON.stringify(exampleOf('star'))],
  ['bitbucket', JSON.stringify(commitFixture('bitbucket-push'))],
  ['bitbucket', JSON.stringify(commitFixture('bitbucket-pullrequest-fulfilled'))],
  ['gitlab', JSON.stringify(commitFixture('gitlab-push'))],
  ['gitlab', JSON.stringify(commitFixture('gitlab-merge-request'))],
  ['bitbucket_server', JSON.stringify(commitFixture('bitbucket-server-refs-changed'))],
  ['bitbucket_server', JSON.stringify(commitFixture('bitbucket-server-pr-merged'))],
  ['commits', JSON.stringify(commitFixture('commits'))],
];

const NAMES = ['push', 'pull_request', 'star', 'ping', 'repo:push', 'pullrequest:created', 'a b', null];

/** Which body, under which event header. */
const sent = fc.record({
  body: fc.nat({ max: BODIES.length - 1 }),
  event: fc.constantFrom(...NAMES),
});

const named = fc.shuffledSubarray([...BODIES.keys()], { minLength: BODIES.length });

const events = fc.array(fc.constantFrom(...NAMES), { minLength: BODIES.length, maxLength: BODIES.length });

/** Every body at least once, in some order, each time under some header. */
const histories = fc
  .tuple(named, events, fc.array(sent, { maxLength: 4 }))
  .map(([order, headers, again]) => [
    ...order.map((body, index) => ({ body, event: headers[index] ?? null })),
    ...again,
  ]);

/** The events but for their names and what differs from one run to the next. */
const eventsOf = async (app: TestApp) => {
  const ids = (await scanTable(app)).filter(({ sk }) => sk === 'E').map(({ pk }) => String(pk).slice(2));
  const views = await Promise.all(ids.sort().map(async (id) => (await app.get(`/events/${id}`)).body));
  return views.map(
    ({
      event_type: _,
      received_at: _at,
      run_id: _run,
      duration_ms: _ms,
      headers: _headers,
      processing,
      ...rest
    }) => ({
      ...rest,
      status: (processing as { status: string }).status,
    }),
  );
};

const play = async (steps: { body: number; event: string | null }[]) => {
  const app = await startApp({ endpoint: engine.endpoint });
  const correlation = startCorrelation(app);
  await app.deliver(issueBody('1', 'NOVA-3', 1));
  await app.deliver(issueBody('3', 'LED-7', 1));
  await app.deliver(issueBody('2', 'ORB-41', 1));
  for (const { body, event } of steps) {
    const [source, text] = BODIES[body] ?? expect.unreachable();
    expect((await app.deliverCommits(source, text, { event })).status).toBeLessThan(300);
  }
  await correlation.run();
  correlation[Symbol.dispose]();
  return { events: await eventsOf(app), rows: await derivedRows(app) };
};

describe('the same signed bodies', () => {
  it('end in the same table under any event headers, because nobody signed those', {
    tags: ['deep'],
    timeout: 120_000,
  }, async () => {
    const usual = await play([...BODIES.keys()].map((body) => ({ body, event: 'push' })));
    expect(usual.rows.filter((row) => row.includes('issue_ids')).length).toBeGreaterThan(2);
    const property = fc.asyncProperty(histories, async (steps) => {
      expect(await play(steps)).toEqual(usual);
    });
    await fc.assert(property, { numRuns: depth(1, 5) });
  });
});
