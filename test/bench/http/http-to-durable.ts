import { itemBytes } from '../../support/item-size.ts';
import { startMeteredInstance } from '../shared/local-instance.ts';
import { printTable } from '../shared/report.ts';
import { type Goal, judge, type Section } from '../shared/section.ts';
import { median, spread, sum } from '../shared/stats.ts';
import { tempFolder } from '../shared/temp-folder.ts';
import { bodyWith, nextMarks, SECRET } from './bodies.ts';
import { type Templates, templatesOf } from './floor-writes.ts';
import { CONNECTIONS, KNOWN, NEW, UNHEARD } from './loads.ts';
import { alternate, compare, type Effort, type Figures, type Rounds, type Server } from './rounds.ts';

const LEAST_THROUGHPUT = 0.85;
const MOST_P99 = 1.5;

/** What is compiled only after a thousand requests would be measured before it is: ours has more of it. */
const SHORT: Effort = { rounds: 1, warmUpPerLane: 30, perLane: 30 };
const FULL: Effort = { rounds: 5, warmUpPerLane: 50, perLane: 150 };

/** The writes of one delivery of a new issue, as an instance of ours makes them. */
const learnWrites = async (owned: AsyncDisposableStack): Promise<Templates> => {
  await using own = owned.use(new AsyncDisposableStack());
  const { proxy, deliver } = await startMeteredInstance(own);
  const marks = nextMarks(0);
  await deliver(bodyWith(marks, 'jira:issue_created'));
  return templatesOf(proxy.writes, marks);
};

const makeServers = (templates: Templates, artifacts: string): { ours: Server; floor: Server } => {
  const { AWS_ENDPOINT_URL_DYNAMODB: _none, LOCAL_DB_PATH: _memory, ...env } = process.env;
  const own = { JIRA_WEBHOOK_SECRET: SECRET, ARTIFACTS_DIR: artifacts, RC_LOG_JSON: 'true', PORT: '0' };
  return {
    ours: { file: 'our-server.ts', setup: { correlate: false }, env: { ...env, ...own } },
    floor: { file: 'floor-server.ts', setup: templates, env },
  };
};

const COLUMNS: [keyof Figures, string, number][] = [
  ['perSecond', 'requests/s', 0],
  ['p50', 'p50 ms', 1],
  ['p99', 'p99 ms', 1],
  ['serverCpu', 'server CPU ms/request', 2],
  ['databaseCpu', 'database CPU ms/request', 2],
];

const report = (title: string, rounds: Rounds): void => {
  const all = (side: Figures[], column: keyof Figures) => side.map((round) => round[column]);
  const rows = COLUMNS.map(([column, name, digits]) => [
    name,
    spread(all(rounds.ours, column), digits),
    spread(all(rounds.floor, column), digits),
    spread(compare(rounds, column)),
  ]);
  const unwanted = [rounds.ours, rounds.floor].map((side) => String(sum(all(side, 'unwanted'))));
  printTable(
    title,
    ['median (range)', 'ours', 'floor', 'ours / floor'],
    [...rows, ['answers not 202', ...unwanted, '']],
  );
};

const judgeRounds = (name: string, rounds: Rounds): Goal[] => [
  judge(`throughput / floor, ${name}`, median(compare(rounds, 'perSecond')), '>=', LEAST_THROUGHPUT),
  judge(`p99 / floor, ${name}`, median(compare(rounds, 'p99')), '<=', MOST_P99),
];

/**
 * From the request to the durable answer, against a bare server that does HMAC, `JSON.parse` and two
 * conditional writes in sequence: the same two, of the same sizes, as one delivery of ours makes.
 */
export const httpToDurable: Section = async ({ short }, owned) => {
  const templates = await learnWrites(owned);
  const servers = makeServers(templates, tempFolder(owned));
  const { rounds, perLane } = short ? SHORT : FULL;
  console.log(
    `\n3. HTTP to durable: ${CONNECTIONS} connections, ${rounds} rounds of ${CONNECTIONS * perLane}`,
  );
  console.log(
    `   requests in turns; the floor makes two writes, its event has ${itemBytes(templates.put.Item)} bytes as ours`,
  );
  const goals: Goal[] = [];
  for (const load of short ? [KNOWN, NEW] : [KNOWN, NEW, UNHEARD]) {
    const measured = await alternate(servers, load, short ? SHORT : FULL, owned);
    report(`   ${load.name}`, measured);
    goals.push(...judgeRounds(load.name, measured));
  }
  return goals;
};
