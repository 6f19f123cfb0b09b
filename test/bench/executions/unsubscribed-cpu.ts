import { SECRET } from '../http/bodies.ts';
import { startServer } from '../http/child.ts';
import { CONNECTIONS, KNOWN } from '../http/loads.ts';
import type { OurSetup } from '../http/our-server.ts';
import type { Effort, Server } from '../http/rounds.ts';
import { runLoad } from '../http/run-load.ts';
import { type Goal, judge, printTable } from '../shared/section.ts';
import { median, ratios, spread } from '../shared/stats.ts';
import { tempFolder } from '../shared/temp-folder.ts';

const MOST_CPU = 1.05;

const SHORT: Effort = { rounds: 1, warmUpPerLane: 1, perLane: 3 };
const FULL: Effort = { rounds: 7, warmUpPerLane: 20, perLane: 75 };

/** Processor milliseconds for each delivery, taken in and correlated. */
type Used = { server: number; database: number };

type Executions = 'on' | 'off';

/** @param executions `off`: correlation is the only reader of the stream, and nothing is started each second */
const serverWith = (executions: Executions, artifacts: string): Server => {
  const { AWS_ENDPOINT_URL_DYNAMODB: _none, LOCAL_DB_PATH: _memory, ...inherited } = process.env;
  const own = { JIRA_WEBHOOK_SECRET: SECRET, ARTIFACTS_DIR: artifacts, RC_LOG_JSON: 'true', PORT: '0' };
  const setup: OurSetup = { correlate: true };
  return { file: 'our-server.ts', setup, env: { ...inherited, ...own, EXECUTIONS: executions } };
};

const round = async (
  executions: Executions,
  { warmUpPerLane, perLane }: Effort,
  parent: AsyncDisposableStack,
): Promise<Used> => {
  await using owned = parent.use(new AsyncDisposableStack());
  const { url, correlated, cpuMs } = await startServer(serverWith(executions, tempFolder(owned)), owned);
  await runLoad(url, KNOWN.before());
  await runLoad(url, KNOWN.lanes(warmUpPerLane));
  await correlated();
  const before = await cpuMs();
  const { requests } = await runLoad(url, KNOWN.lanes(perLane));
  await correlated();
  const after = await cpuMs();
  return {
    server: (after.server - before.server) / requests,
    database: (after.database - before.database) / requests,
  };
};

type Rounds = Record<Executions, Used[]>;

/** Both in turns, in an order that turns, too. */
const alternate = async (effort: Effort, owned: AsyncDisposableStack): Promise<Rounds> => {
  const used: Rounds = { on: [], off: [] };
  for (let index = 0; index < effort.rounds; index += 1)
    for (const how of index % 2 === 0 ? (['off', 'on'] as const) : (['on', 'off'] as const))
      used[how].push(await round(how, effort, owned));
  return used;
};

/** What a delivery costs where nobody has subscribed, beside what it costs where there are no executions at all. */
export const unsubscribedCpu = async (short: boolean, owned: AsyncDisposableStack): Promise<Goal[]> => {
  const effort = short ? SHORT : FULL;
  const used = await alternate(effort, owned);
  const of = (how: Executions, whose: keyof Used) => used[how].map((one) => one[whose]);
  const compare = (whose: keyof Used) => ratios(of('on', whose), of('off', whose));
  const row = (name: string, whose: keyof Used) => [
    name,
    ...[of('on', whose), of('off', whose), compare(whose)].map((figures) => spread(figures)),
  ];
  printTable(
    `   No subscriptions: CPU ms for each of ${CONNECTIONS * effort.perLane} deliveries, taken in and correlated`,
    ['median (range)', 'EXECUTIONS on', 'off', 'on / off'],
    [row('instance', 'server'), row('database', 'database')],
  );
  const ratio = median(compare('server'));
  return [judge('CPU of a delivery, nothing subscribed / no executions', ratio, '<=', MOST_CPU)];
};
