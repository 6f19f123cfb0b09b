import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SECRET_VARIABLES } from '../../../src/contract/env-variables.ts';
import { COMMIT_SOURCES } from '../../../src/domain/source.ts';
import { SECRET, type TestApp } from '../../support/app.ts';
import { commitDelivery } from '../../support/commit-deliveries.ts';
import { type Dependencies, freshDelivery, startDependencies } from '../../support/dependencies.ts';

const CREATED = Date.UTC(2024, 0);
const FAR = '2999-01-01T00:00:00.000Z';

let world: Dependencies;

beforeAll(async () => {
  world = await startDependencies();
});

afterAll(() => world.close());

/** A store that holds these keys, and apps that know no override. */
const storeOf = async (document: Record<string, string>) => {
  const { dependency, open } = await world.withSecretStore();
  const put = (keys: Record<string, string>, createdMs = CREATED): void =>
    dependency.put(JSON.stringify(keys), createdMs);
  put(document);
  const env = Object.fromEntries(COMMIT_SOURCES.map((source) => [SECRET_VARIABLES[source], undefined]));
  return { dependency, put, open: (more: NodeJS.ProcessEnv = {}) => open({ ...env, ...more }) };
};

describe.each(COMMIT_SOURCES)('the keys of %s in the store', (source) => {
  const main = `${source}_webhook_secret`;
  const deliver = (app: TestApp, secret: string) =>
    app.deliverCommits(source, commitDelivery(source), { secret });

  it('verify as those of Jira do: main, staged and previous, and the log says which', async () => {
    const { open } = await storeOf({
      jira_webhook_secret: SECRET,
      [main]: 'now',
      [`${main}_next`]: 'soon',
      [`${main}_previous`]: 'before',
      [`${main}_previous_until`]: FAR,
    });
    const app = open();
    for (const secret of ['now', 'soon', 'before']) expect((await deliver(app, secret)).status).toBe(202);
    expect((await deliver(app, SECRET)).status).toBe(401);
    expect(app.lines.map((line) => line.secret)).toEqual([main, `${main}_next`, `${main}_previous`, null]);
  });

  it('are not needed beside an override, which wins', async () => {
    const { open } = await storeOf({ jira_webhook_secret: SECRET, [main]: 'of the store' });
    const app = open({ [`${source.toUpperCase()}_WEBHOOK_SECRET`]: 'of the environment' });
    expect((await deliver(app, 'of the environment')).status).toBe(202);
    expect((await deliver(app, 'of the store')).status).toBe(401);
  });

  it('switch the source off while there are none, and on when they are added', async () => {
    const { open, put } = await storeOf({ jira_webhook_secret: SECRET });
    const app = open();
    const body = commitDelivery(source);
    expect((await app.deliverCommits(source, body, { signature: null })).status).toBe(404);
    expect((await app.get(`/webhooks/${source}`)).status).toBe(404);
    put({ jira_webhook_secret: SECRET, [main]: 'added' });
    expect((await app.deliverCommits(source, body, { secret: 'added' })).status).toBe(202);
    expect((await app.get(`/webhooks/${source}`)).status).toBe(405);
    expect((await app.deliverCommits(source, body, { signature: null })).status).toBe(401);
    expect(app.lines.map((line) => line.outcome).filter(Boolean)).toEqual([
      'source-off',
      'recorded',
      'signature-refused',
    ]);
  });

  it('that are broken stop neither Jira nor another source', async () => {
    const other = source === 'github' ? 'commits' : 'github';
    const { open } = await storeOf({
      jira_webhook_secret: SECRET,
      [main]: 'x',
      [`${main}_encoding`]: 'rot13',
      [`${other}_webhook_secret`]: 'of the other',
    });
    const app = open();
    expect((await deliver(app, 'x')).status).toBe(503);
    expect((await app.deliver(freshDelivery().body)).status).toBe(202);
    const others = await app.deliverCommits(other, commitDelivery(other), { secret: 'of the other' });
    expect(others.status).toBe(202);
    expect((await app.get('/health')).body).toMatchObject({ checks: { secret: 'ok' } });
  });

  it('are 503 while the store is down and none are known, and serve on once they are', async () => {
    const { dependency, open } = await storeOf({ jira_webhook_secret: SECRET, [main]: 'now' });
    await dependency.refuse();
    const app = open();
    const body = commitDelivery(source);
    const down = await app.deliverCommits(source, body, { secret: 'now' });
    expect([down.status, down.headers['retry-after']]).toEqual([503, '30']);
    expect((await app.get(`/webhooks/${source}`)).status).toBe(503);
    expect(app.lines.filter((line) => line.msg === 'delivery')).toMatchObject([
      { source, outcome: 'temporarily-unavailable', status: 503 },
    ]);
    await dependency.accept();
    expect((await app.deliverCommits(source, body, { secret: 'now' })).status).toBe(202);
    await dependency.refuse();
    expect((await deliver(app, 'now')).status).toBe(202);
    expect((await deliver(app, 'perhaps new')).status).toBe(503);
  });
});

describe('the store of all secrets', () => {
  it('is asked at init for Jira alone, and by another source when its first delivery comes', async () => {
    const { dependency, open } = await storeOf({ jira_webhook_secret: SECRET, github_webhook_secret: 'gh' });
    const app = open();
    await app.deliver(freshDelivery().body);
    expect(dependency.requests.AWSCURRENT).toBe(1);
    await app.deliverCommits('github', commitDelivery('github'), { secret: 'gh' });
    await app.deliverCommits('github', commitDelivery('github'), { secret: 'gh' });
    expect(dependency.requests.AWSCURRENT).toBe(2);
  });

  it('may fail a commit source without failing /health, which is about Jira', async () => {
    const { open } = await storeOf({ jira_webhook_secret: SECRET });
    expect((await open().get('/health')).body).toEqual({
      status: 'ok',
      checks: { table: 'ok', secret: 'ok' },
    });
  });
});
