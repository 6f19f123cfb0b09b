import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTable, openApp, type TestApp } from '../../support/app.ts';
import { incompressible } from '../../support/dependencies.ts';
import { startTestEngine } from '../../support/engine.ts';
import { temporaryFolder } from '../../support/server-process.ts';

let engine: Awaited<ReturnType<typeof startTestEngine>>;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  [engine, folder] = await Promise.all([startTestEngine(), temporaryFolder()]);
});

afterAll(async () => {
  await Promise.all([engine.stop(), folder.remove()]);
});

/** Apps on tables of their own, one of which runs seven hours late. */
const openApps = (count: number): Promise<TestApp[]> =>
  Promise.all(
    Array.from({ length: count }, async (_, index) =>
      openApp({
        endpoint: engine.endpoint,
        tableName: await createTable(engine.endpoint),
        clock: () => Date.now() + index * 7 * 3_600_000,
        env: { ARTIFACTS_DIR: folder.path },
      }),
    ),
  );

const update = (fields: object): string =>
  JSON.stringify({
    timestamp: 1_714_557_600_000,
    webhookEvent: 'jira:issue_updated',
    issue: { id: '1', key: 'LIM-1', fields: { updated: '2024-05-01T10:00:00.000+0000', ...fields } },
  });

/** Of what is too large each loses something, and how much depends on every byte beside it. */
const BODIES = [
  ['its description', update({ description: incompressible(520_000) })],
  [
    'its custom fields',
    update(
      Object.fromEntries(
        Array.from({ length: 300 }, (_, n) => [`customfield_${n}`, incompressible(2_000 + n)]),
      ),
    ),
  ],
  ['its summary', update({ summary: incompressible(520_000) })],
] as const;

/** What is stored of the body, but for what only names the delivery. */
const stored = async (app: TestApp, body: string, identifier: string) => {
  const { body: answer } = await app.deliver(body, { identifier });
  const { last_event, ...snapshot } = (await app.get('/issues/1')).body;
  const found = await app.get(`/events/${answer.event_id}`);
  const { idempotency_key, received_at, run_id, duration_ms, headers, ...event } = found.body;
  expect(headers).toEqual({ 'x-atlassian-webhook-identifier': idempotency_key });
  expect(last_event).toMatchObject({ event_id: answer.event_id, idempotency_key, received_at });
  expect([answer.outcome, answer.idempotency_key]).toEqual(['applied', idempotency_key]);
  return { snapshot, event, idempotency_key };
};

describe('an unsigned identifier', () => {
  it('is kept as it is up to 255 characters and cut behind them, because real ones are far shorter', async () => {
    const [app] = await openApps(1);
    for (const length of [1, 255, 256, 9_000]) {
      const identifier = incompressible(length);
      const body = JSON.stringify({ webhookEvent: `of ${length}` });
      const { body: answer } = (await app?.deliver(body, { identifier })) ?? {};
      expect(answer?.idempotency_key).toBe(identifier.slice(0, 255));
      const event = await app?.get(`/events/${answer?.event_id}`);
      expect(event?.body.idempotency_key).toBe(identifier.slice(0, 255));
    }
  });

  it.each(BODIES)('does not decide how much of %s is kept, because nobody signed it', async (_, body) => {
    const identifiers = ['x', incompressible(9_000)];
    const apps = await openApps(identifiers.length);
    const all: Awaited<ReturnType<typeof stored>>[] = [];
    for (const [index, app] of apps.entries()) all.push(await stored(app, body, identifiers[index] ?? ''));
    const [first, ...others] = all;
    expect(first?.snapshot.truncated).not.toEqual([]);
    for (const other of others) {
      expect(other.snapshot).toEqual(first?.snapshot);
      expect(other.event).toEqual(first?.event);
    }
  });
});
