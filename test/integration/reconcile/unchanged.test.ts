import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/domain/json.ts';
import { createTable, openApp } from '../../support/app.ts';
import { depth } from '../../support/depth.ts';
import { startTestEngine } from '../../support/engine.ts';
import { byId, bySearch, type Observer, shown, startObserver } from '../../support/looks.ts';
import { type MeteredWrite, type MeteringProxy, startMeteringProxy } from '../../support/metering-proxy.ts';
import { PATIENT } from '../../support/patience.ts';

const NOW = Date.UTC(2026, 2, 10, 19);
const ISSUES = depth(200, 1_000);
const AT_ONCE = 100;

const clock = (): number => NOW;
let proxy: MeteringProxy;
let observer: Observer;
const cleanUp: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const engine = await startTestEngine();
  cleanUp.push(engine.stop);
  proxy = await startMeteringProxy(engine.endpoint);
  cleanUp.push(proxy.close);
  const tableName = await createTable(engine.endpoint);
  observer = startObserver(openApp({ endpoint: proxy.endpoint, tableName, clock, dynamodb: PATIENT }), clock);
});

afterAll(async () => {
  for (const stop of cleanUp.reverse()) await stop();
});

const named = (...names: string[]): JsonObject[] => names.map((name) => ({ id: name.length, name }));

const linkTo = (key: string): JsonObject => ({
  type: { name: 'Blocks', inward: 'is blocked by', outward: 'blocks' },
  outwardIssue: { id: '1', key },
});

/** An issue with all that Jira tells in another way at each look. `look`: which one. */
const issueAt = (n: number, look: number): JsonObject => {
  const host = `https://node-${look}.example.com/rest/api/2`;
  const turned = <T>(list: T[]): T[] => (look % 2 === 0 ? list : list.toReversed());
  const key = `SAME-${n}`;
  const fields: JsonObject = {
    project: { self: `${host}/project/10`, id: '10', key: 'SAME' },
    issuetype: { self: `${host}/issuetype/3`, id: '3', name: 'Story', subtask: false },
    assignee: {
      self: `${host}/user?accountId=ada`,
      accountId: 'ada',
      displayName: 'Ada',
      avatarUrls: { '48x48': `${host}/avatar/${look}` },
    },
    labels: turned(['one', 'two', 'three']),
    components: turned(named('api', 'web')),
    fixVersions: turned(named('1.0', '1.0.1')),
    versions: turned(named('0.9', '0.9.1')),
    issuelinks: turned([linkTo('SAME-7'), linkTo('SAME-8')]),
    subtasks: turned([
      { id: '5', key: `${key}1` },
      { id: '6', key: `${key}2` },
    ]),
    customfield_10020: [
      `com.atlassian.greenhopper.service.sprint.Sprint@${(7_000 + look).toString(16)}[id=4,rapidViewId=2,state=ACTIVE,name=Sprint 4,startDate=2026-03-01T00:00:00.000Z,endDate=2026-03-15T00:00:00.000Z,completeDate=<null>,sequence=4]`,
    ],
    customfield_10030: { ongoingCycle: { remainingTime: { millis: 90_000 - look } }, _links: { self: host } },
    customfield_10000: `{summaryBean=com.atlassian.jira.plugin.devstatus.rest.SummaryBean@${look}}`,
  };
  const issue = shown({ id: String(n), key, text: `issue ${n}`, updatedMs: NOW - 86_400_000 }, fields);
  return look % 2 === 0 ? issue : { ...issue, self: host, fields: reversed(issue.fields as JsonObject) };
};

const reversed = (object: JsonObject): JsonObject => Object.fromEntries(Object.entries(object).reverse());

const kindsOf = async (read: typeof byId, look: number): Promise<Map<string, number>> => {
  const counts = new Map<string, number>();
  for (let first = 1; first <= ISSUES; first += AT_ONCE) {
    const looks = Array.from({ length: AT_ONCE }, (_, n) => read(issueAt(first + n, look), NOW + look));
    for (const { kind } of await observer.observe(looks, ['observations']))
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
};

const sortOf = ({ input, refused }: MeteredWrite): string =>
  `${/"pk":\{"S":"(.)#/.exec(JSON.stringify(input.Key ?? input.Item))?.[1]}${refused ? ' refused' : ''}`;

describe('many issues', { tags: ['deep'] }, () => {
  it('cost an alias, a row and an event each when they are new, and no refused write', async () => {
    expect(await kindsOf(byId, 0)).toEqual(new Map([['new', ISSUES]]));
    const counted = Map.groupBy(proxy.writes, sortOf);
    expect([...counted].map(([sort, { length }]) => [sort, length]).sort()).toEqual([
      ['E', ISSUES],
      ['I', ISSUES],
      ['K', ISSUES],
    ]);
    const units = proxy.writes.reduce(
      (sum, { table, indexes }) => sum + table + Object.values(indexes).reduce((a, b) => a + b, 0),
      0,
    );
    expect(units / ISSUES).toBeLessThanOrEqual(9);
  });

  it('cost no write when they are unchanged, however Jira tells them this time', async () => {
    proxy.writes.length = 0;
    expect(await kindsOf(byId, 1)).toEqual(new Map([['unchanged', ISSUES]]));
    expect(await kindsOf(bySearch, 2)).toEqual(new Map([['unchanged', ISSUES]]));
    expect(proxy.writes).toEqual([]);
  });
});
