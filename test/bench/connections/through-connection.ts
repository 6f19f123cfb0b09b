import type { Request } from 'autocannon';
import * as z from 'zod/mini';
import { signatureOf } from '../../../src/cli/shared/exchange.ts';
import { deriveSecret } from '../../../src/verify/derived-keys.ts';
import { someConnection } from '../../support/connections.ts';
import { SECRET } from '../http/bodies.ts';
import { COLUMNS } from '../http/http-to-durable.ts';
import { CONNECTIONS, KNOWN } from '../http/loads.ts';
import type { OurSetup } from '../http/our-server.ts';
import { alternate, compare, type Effort, type Figures, type Server } from '../http/rounds.ts';
import { typicalUpdate } from '../shared/deliveries.ts';
import { judge, printTable, type Section } from '../shared/section.ts';
import { median, spread } from '../shared/stats.ts';
import { tempFolder } from '../shared/temp-folder.ts';

const LEAST_THROUGHPUT = 0.95;

const SHORT: Effort = { rounds: 1, warmUpPerLane: 2, perLane: 6 };
const FULL: Effort = { rounds: 7, warmUpPerLane: 50, perLane: 150 };

const MASTER = '2a'.repeat(32);

const update = z.object({ issue: z.object({ self: z.url() }) });

/** Of the site whose bodies are delivered, and of the tenant of the built-in sources: the same rows are written. */
const makeConnection = () => {
  const { self } = update.parse(JSON.parse(typicalUpdate().toString())).issue;
  return someConnection({ tenant_id: 'default', site_url: new URL(self).origin });
};

const makeServers = (artifacts: string): { builtIn: Server; through: Server } => {
  const { AWS_ENDPOINT_URL_DYNAMODB: _none, LOCAL_DB_PATH: _memory, ...env } = process.env;
  const connection = makeConnection();
  const { connection_id, current } = connection;
  const key = deriveSecret(
    Buffer.from(MASTER, 'hex'),
    connection_id,
    'receive',
    current.version,
    'text',
  ).shown;
  const own = {
    JIRA_WEBHOOK_SECRET: SECRET,
    CONNECTIONS_MASTERS: JSON.stringify({ connections_master_1: MASTER }),
    ARTIFACTS_DIR: artifacts,
    RC_LOG_JSON: 'true',
    PORT: '0',
  };
  const setup: OurSetup = { correlate: false, connection };
  const builtIn = { file: 'our-server.ts', setup, env: { ...env, ...own } };
  const asSent = (request: Request): Request => ({
    ...request,
    path: `/webhooks/${connection_id}`,
    headers: { ...request.headers, 'x-hub-signature': signatureOf(key, Buffer.from(request.body ?? '')) },
  });
  return { builtIn, through: { ...builtIn, asSent } };
};

const report = (builtIn: Figures[], through: Figures[]): void => {
  const all = (side: Figures[], column: keyof Figures) => side.map((round) => round[column]);
  const rows = COLUMNS.map(([column, name, digits]) => [
    name,
    spread(all(through, column), digits),
    spread(all(builtIn, column), digits),
    spread(compare(through, builtIn, column)),
  ]);
  printTable(`   ${KNOWN.name}`, ['median (range)', 'a connection', '/webhooks/jira', 'ratio'], rows);
};

/** The same deliveries through a connection whose row is cached, and to the built-in source of Jira, in turns. */
export const throughConnection: Section = async ({ short }, owned) => {
  const effort = short ? SHORT : FULL;
  console.log(
    `\nThrough a connection: ${CONNECTIONS} at once, ${effort.rounds} rounds of ${CONNECTIONS * effort.perLane} requests in turns`,
  );
  const { builtIn, through } = makeServers(tempFolder(owned));
  const [ours = [], its = []] = await alternate([builtIn, through], KNOWN, effort, owned);
  report(ours, its);
  const ratio = median(compare(its, ours, 'perSecond'));
  return [judge('throughput of a connection / of /webhooks/jira', ratio, '>=', LEAST_THROUGHPUT)];
};
