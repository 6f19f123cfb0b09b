import { itemBytes } from '../../support/item-size.ts';
import { type Goal, judge, printTable, type Section } from '../shared/section.ts';
import { median, spread, sum } from '../shared/stats.ts';
import { tempFolder } from '../shared/temp-folder.ts';
import { SECRET } from './bodies.ts';
import type { FloorSetup } from './floor-server.ts';
import type { Templates } from './floor-writes.ts';
import { learnWrites } from './learn-writes.ts';
import { CONNECTIONS, KNOWN, type Load, NEW, UNHEARD } from './loads.ts';
import { alternate, compare, type Effort, type Figures, type Server } from './rounds.ts';

const LEAST_THROUGHPUT = 0.85;
const MOST_P99 = 1.5;

/** What is compiled only after a thousand requests is measured before it is: ours has more of it. */
const SHORT: Effort = { rounds: 1, warmUpPerLane: 2, perLane: 6 };
const FULL: Effort = { rounds: 5, warmUpPerLane: 50, perLane: 150 };

type Servers = {
  ours: Server;
  floor: Server;
  /** A floor that keeps no alias of a new issue's key, and so could not find it: for information. */
  twoWrites: Server;
};

const makeServers = (templates: Templates, artifacts: string): Servers => {
  const { AWS_ENDPOINT_URL_DYNAMODB: _none, LOCAL_DB_PATH: _memory, ...env } = process.env;
  const own = { JIRA_WEBHOOK_SECRET: SECRET, ARTIFACTS_DIR: artifacts, RC_LOG_JSON: 'true', PORT: '0' };
  const floor = (writesAliases: boolean): Server => {
    const setup: FloorSetup = { templates, writesAliases };
    return { file: 'floor-server.ts', setup, env };
  };
  return {
    ours: { file: 'our-server.ts', setup: { correlate: false }, env: { ...env, ...own } },
    floor: floor(true),
    twoWrites: floor(false),
  };
};

export const COLUMNS: [keyof Figures, string, number][] = [
  ['perSecond', 'requests/s', 0],
  ['p50', 'p50 ms', 1],
  ['p99', 'p99 ms', 1],
  ['serverCpu', 'server CPU ms/request', 2],
  ['databaseCpu', 'database CPU ms/request', 2],
];

/** The figures of both sides, round by round. */
type Rounds = { ours: Figures[]; floor: Figures[] };

const report = (title: string, { ours, floor }: Rounds): void => {
  const all = (side: Figures[], column: keyof Figures) => side.map((round) => round[column]);
  const rows = COLUMNS.map(([column, name, digits]) => [
    name,
    spread(all(ours, column), digits),
    spread(all(floor, column), digits),
    spread(compare(ours, floor, column)),
  ]);
  const unwanted = [ours, floor].map((side) => String(sum(all(side, 'unwanted'))));
  printTable(
    title,
    ['median (range)', 'ours', 'floor', 'ours / floor'],
    [...rows, ['answers not 202', ...unwanted, '']],
  );
};

const judgeRounds = (name: string, { ours, floor }: Rounds): Goal[] => [
  judge(`throughput / floor, ${name}`, median(compare(ours, floor, 'perSecond')), '>=', LEAST_THROUGHPUT),
  judge(`p99 / floor, ${name}`, median(compare(ours, floor, 'p99')), '<=', MOST_P99),
];

const measure = async (
  servers: Servers,
  load: Load,
  effort: Effort,
  owned: AsyncDisposableStack,
): Promise<Goal[]> => {
  const third = load === NEW ? [servers.twoWrites] : [];
  const [ours = [], floor = [], twoWrites] = await alternate(
    [servers.ours, servers.floor, ...third],
    load,
    effort,
    owned,
  );
  report(`   ${load.name}`, { ours, floor });
  if (twoWrites) {
    const ratio = spread(compare(ours, twoWrites, 'perSecond'));
    console.log(`   for information: throughput / a floor of two writes, without the key's alias: ${ratio}`);
  }
  return load.isJudged ? judgeRounds(load.name, { ours, floor }) : [];
};

/**
 * From the request to the durable answer, against a bare server that does HMAC, `JSON.parse` and the writes of ours in
 * sequence, of the same sizes: two for an issue that is known, three for a new one.
 */
export const httpToDurable: Section = async ({ short }, owned) => {
  const templates = await learnWrites(owned);
  const servers = makeServers(templates, tempFolder(owned));
  const effort = short ? SHORT : FULL;
  console.log(
    `\n3. HTTP to durable: ${CONNECTIONS} connections, ${effort.rounds} rounds of ${CONNECTIONS * effort.perLane}`,
  );
  console.log(
    `   requests in turns; the floor makes the same writes, its event has ${itemBytes(templates.put.Item)} bytes as ours`,
  );
  const goals: Goal[] = [];
  for (const load of short ? [KNOWN, NEW] : [KNOWN, NEW, UNHEARD])
    goals.push(...(await measure(servers, load, effort, owned)));
  return goals;
};
