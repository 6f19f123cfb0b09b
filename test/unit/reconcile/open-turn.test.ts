import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { readEnv } from '../../../src/contract/env.ts';
import { embeddedConfig } from '../../../src/local/aws-config.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { openTurn } from '../../../src/reconcile/open-turn.ts';
import { rawBodiesIn } from '../../../src/store/events/put-event.ts';
import { openObjects, openTable } from '../../../src/wiring/open.ts';
import { byId, shown } from '../../support/looks.ts';
import { type Script, startScripted } from '../../support/scripted-database.ts';

const THROTTLED = 'com.amazonaws.dynamodb.v20120810#ThrottlingException';

const ISSUES_OF_A_PAGE = 20;
const PAGES = [0, 1, 2, 3];

/** A table without rows that takes a while for each write, and can be told to throttle the next one. */
const slowTable = () => {
  const state = { throttle: 0, under_way: 0, most: 0 };
  const script: Script = async (operation: string) => {
    if (operation !== 'UpdateItem') return operation === 'Query' ? { Items: [] } : { Responses: {} };
    if (state.throttle > 0) {
      state.throttle -= 1;
      return THROTTLED;
    }
    state.under_way += 1;
    state.most = Math.max(state.most, state.under_way);
    await sleep(100);
    state.under_way -= 1;
    return {};
  };
  return { state, script };
};

it('writes half as many issues at once when one write of its own was throttled, because ingest comes first', async () => {
  const { state, script } = slowTable();
  await using database = await startScripted(script);
  const env = readEnv({ TABLE_NAME: 'jira', JIRA_SITE_URL: 'http://127.0.0.1:1', JIRA_API_TOKEN: 'token' });
  const table = openTable(env, embeddedConfig(database.endpoint));
  const events = { table, rawBodies: rawBodiesIn(openObjects(env)), retention_days: 30 };
  const log = pino({ level: 'silent' });
  const deps = openTurn(env, { events, tenant: 'default', clock: systemClock, log });
  let issues = 0;
  const look = () => {
    issues += 1;
    return byId(shown({ id: String(issues), key: `ORB-${issues}` }), systemClock());
  };
  const mostAtOnce = async (throttle: number): Promise<number> => {
    Object.assign(state, { throttle, most: 0 });
    const pages = PAGES.map(() => deps.observe(Array.from({ length: ISSUES_OF_A_PAGE }, look), []));
    for (const seen of await Promise.all(pages)) expect(seen.every(({ kind }) => kind === 'new')).toBe(true);
    return state.most;
  };
  expect(await mostAtOnce(0)).toBeGreaterThan(16);
  await mostAtOnce(1);
  expect(await mostAtOnce(0)).toBeLessThanOrEqual(16);
  table.client.destroy();
});
