import * as z from 'zod/mini';
import { startEngine } from '../../../src/local/engine.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { createTable, openApp } from '../../support/app.ts';
import { byId, startObserver } from '../../support/looks.ts';
import { startMeteringProxy } from '../../support/metering-proxy.ts';
import type { ServerProcess } from '../http/child.ts';
import { processCpuMs } from '../http/engine-cpu.ts';
import { type Templates, templatesOf } from '../http/floor-writes.ts';
import { type Goal, judge, printTable } from '../shared/section.ts';
import { median, ratios, spread } from '../shared/stats.ts';
import { tempFolder } from '../shared/temp-folder.ts';
import { newIssueBody, prose } from './issue-body.ts';
import { type Database, startDatabase, startFloor, startJira, startReader } from './processes.ts';

const LEAST_A_SECOND = 200;

const SHORT = { rounds: 1, issues: 150 };
const FULL = { rounds: 5, issues: 5_000 };

/** Characters of an issue's description: few, as most have. */
const DESCRIPTION = 500;

/** `cpu`: processor milliseconds of an issue. */
type Figures = { aSecond: number; cpu: number; databaseCpu: number; jiraCpu: number };

type Start = (database: Database, owned: AsyncDisposableStack) => Promise<ServerProcess>;

/** One load into an empty table, by a process that has done nothing before. */
const loadOnce = async (
  begin: Start,
  jira: ServerProcess,
  issues: number,
  owned: AsyncDisposableStack,
): Promise<Figures> => {
  await using own = owned.use(new AsyncDisposableStack());
  const database = await startDatabase(own);
  const loader = await begin(database, own);
  const [jiraBefore, databaseBefore] = [processCpuMs(jira.pid), processCpuMs(database.pid)];
  const counted = await loader.work('load');
  if (counted.seen !== issues) throw new Error(`Of ${issues} issues ${counted.seen} were loaded`);
  return {
    aSecond: issues / ((counted.ms ?? Number.NaN) / 1000),
    cpu: (counted.cpu_ms ?? Number.NaN) / issues,
    databaseCpu: (processCpuMs(database.pid) - databaseBefore) / issues,
    jiraCpu: (processCpuMs(jira.pid) - jiraBefore) / issues,
  };
};

const COLUMNS: [keyof Figures, string, number][] = [
  ['aSecond', 'issues/s', 0],
  ['cpu', 'CPU ms/issue of the process', 2],
  ['databaseCpu', 'CPU ms/issue of the database', 2],
  ['jiraCpu', 'CPU ms/issue of the scripted Jira', 2],
];

type Rounds = { ours: Figures[]; floor: Figures[] };

const measure = async (
  jira: ServerProcess,
  templates: Templates,
  { rounds, issues }: typeof FULL,
  owned: AsyncDisposableStack,
): Promise<Rounds> => {
  const measured: Rounds = { ours: [], floor: [] };
  const ours: Start = (database, own) => startReader(database, jira, own);
  const floor: Start = (database, own) => startFloor(database, jira, templates, own);
  for (let round = 0; round < rounds; round++) {
    measured.ours.push(await loadOnce(ours, jira, issues, owned));
    measured.floor.push(await loadOnce(floor, jira, issues, owned));
  }
  return measured;
};

/** The first load against a bare loop that asks for the same bodies and makes the same writes. */
export const firstLoad = async (short: boolean, owned: AsyncDisposableStack): Promise<Goal[]> => {
  await using own = owned.use(new AsyncDisposableStack());
  const effort = short ? SHORT : FULL;
  const templates = await learnWrites(DESCRIPTION, own);
  const jira = await startJira({ issues: effort.issues, description: prose(DESCRIPTION) }, own);
  const { ours, floor } = await measure(jira, templates, effort, own);
  const all = (side: Figures[], column: keyof Figures) => side.map((round) => round[column]);
  const ratio = (column: keyof Figures) => ratios(all(ours, column), all(floor, column));
  printTable(
    `   First load of ${effort.issues} issues, ${effort.rounds} rounds in turns; the floor asks for the same bodies and makes the same writes, one by one`,
    ['median (range)', 'ours', 'floor', 'ours / floor'],
    COLUMNS.map(([column, name, digits]) => [
      name,
      spread(all(ours, column), digits),
      spread(all(floor, column), digits),
      spread(ratio(column)),
    ]),
  );
  return [judge('first load, issues a second', median(all(ours, 'aSecond')), '>=', LEAST_A_SECOND)];
};

const shownIssue = z.object({ id: z.string(), key: z.string(), fields: z.object({ updated: z.string() }) });

/** The writes of one issue that is new, as we make them. */
const learnWrites = async (description: number, owned: AsyncDisposableStack): Promise<Templates> => {
  await using own = owned.use(new AsyncDisposableStack());
  const engine = await startEngine();
  own.defer(engine.stop);
  const proxy = await startMeteringProxy(engine.endpoint);
  own.defer(proxy.close);
  const tableName = await createTable(engine.endpoint);
  const app = openApp({ endpoint: proxy.endpoint, tableName, env: { ARTIFACTS_DIR: tempFolder(own) } });
  const issue = newIssueBody(description);
  const timestamp_ms = systemClock();
  await startObserver(app, systemClock).observe([byId(issue, timestamp_ms)]);
  const { id: issue_id, key: issue_key, fields } = shownIssue.parse(issue);
  return templatesOf(proxy.writes, {
    ...{ issue_id, issue_key, timestamp_ms },
    updated_ms: Date.parse(fields.updated),
  });
};
