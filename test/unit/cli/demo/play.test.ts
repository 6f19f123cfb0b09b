import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get, readStored } from '../../../../src/cli/demo/found.ts';
import { startDemoJira } from '../../../../src/cli/demo/jira.ts';
import { playStory } from '../../../../src/cli/demo/play.ts';
import { CHANGES, IN_JIRA, playChange } from '../../../../src/cli/demo/reconciled.ts';
import { STORY } from '../../../../src/cli/demo/story.ts';
import { scriptedApi } from '../../../support/executions-shown.ts';

/** A receiver that takes everything as new: what a broken one would do. */
let received = 0;
/** How many of the next answers are 503. */
let troubled = 0;
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    received += 1;
    if (request.method === 'GET' && troubled-- > 0) response.writeHead(503).end();
    else response.writeHead(202).end(JSON.stringify({ outcome: 'applied', event_id: `evt_${received}` }));
  });
});

let url = '';

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
});

afterAll(() => void server.close());

describe('the story', () => {
  it('notices a receiver that takes everything, because each step checks its own answer', async () => {
    const results = await playStory(STORY, url, 'a secret', () => {});
    expect(results.map(({ ok }) => ok)).toEqual([true, true, false, false, false, true, false, true, true]);
  });

  it('notices that nothing of it is stored', async () => {
    expect((await readStored(url)).map(({ ok }) => ok)).toEqual([false, false, false, false]);
  });

  it('asks again what was answered 503, because on a busy machine the table is late', async () => {
    troubled = 2;
    expect(await get(url, '/stats?hours=1')).toMatchObject({ outcome: 'applied' });
  });

  it('notices that nobody asked Jira, because then its issues are nowhere', async () => {
    await using jira = await startDemoJira(IN_JIRA.issues, IN_JIRA.versions);
    const nothing = async (): Promise<void> => {};
    const secrets = { secret: 'a secret', commitsSecret: 'another' };
    const { api } = scriptedApi(() => null);
    const stage = { url, ...secrets, api, jira, correlated: nothing, reconcile: nothing };
    const found = await Promise.all(CHANGES.map((change) => playChange(change, stage)));
    expect(found.flat().map(({ ok }) => ok)).toEqual([false, false, false, false]);
  });

  it('notices the same bytes under another event, because that is a duplicate stored twice', async () => {
    const [, second, , again] = STORY;
    const steps = [second, again].flatMap((step) =>
      step ? [{ ...step, expected: { status: 202, outcome: 'applied' } }] : [],
    );
    expect((await playStory(steps, url, 'a secret', () => {})).map(({ ok }) => ok)).toEqual([true, false]);
  });
});
