import assert from 'node:assert';
import { linkSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { findPlace } from '../../src/cli/shared/place.ts';
import { readEnv } from '../../src/contract/env.ts';
import { embeddedConfig } from '../../src/local/aws-config.ts';
import { claimDatabase, refuseOtherJournal } from '../../src/local/database-lock.ts';
import { engineBinary } from '../../src/local/engine-process.ts';
import { startPoller } from '../../src/local/poller/poller.ts';
import { listen } from '../../src/local/server.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { github } from '../../src/senders/github/sender.ts';
import { ensureTable } from '../../src/store/calls/create-table.ts';
import { RUN_FOLDER } from '../support/run-folder.ts';
import { onScripted } from '../support/scripted-database.ts';

/** Messages that people search the pages for, each from the fault that makes it. */
export const messages = (): Promise<string[]> =>
  Promise.all([
    takenPort(),
    takenDatabase(),
    databaseOfTwoNames(),
    otherTable(),
    tableWithoutStream(),
    formFromGithub(),
    faultOf(() => engineBinary(() => assert.fail('not installed'))),
    faultOf(() => findPlace({}, {}, null)),
  ]);

const faultOf = async (work: () => unknown): Promise<string> => {
  try {
    await work();
    return 'no fault';
  } catch (fault) {
    return fault instanceof Error ? fault.message : String(fault);
  }
};

const takenPort = async (): Promise<string> => {
  const server = createServer();
  await listen(server, '127.0.0.1', 0);
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const said = await faultOf(() => listen(createServer(), '127.0.0.1', port));
  server.close();
  return said;
};

const takenDatabase = async (): Promise<string> => {
  const file = join(mkdtempSync(join(RUN_FOLDER, 'messages-')), 'local.db');
  const { release } = await claimDatabase(file);
  const said = await faultOf(() => claimDatabase(file));
  release();
  return said;
};

const databaseOfTwoNames = (): Promise<string> => {
  const folder = mkdtempSync(join(RUN_FOLDER, 'messages-'));
  const [one, other] = [join(folder, 'one.db'), join(folder, 'other.db')];
  writeFileSync(one, '');
  writeFileSync(`${one}-wal`, 'rows');
  linkSync(one, other);
  return faultOf(() => refuseOtherJournal(other));
};

const TABLE = { TableName: 'jira', TableStatus: 'ACTIVE', KeySchema: [] };

const otherTable = (): Promise<string> =>
  onScripted(
    () => ({ Table: TABLE }),
    ({ client, name }) => faultOf(() => ensureTable(client, name)),
  );

const tableWithoutStream = (): Promise<string> =>
  onScripted(
    () => ({ Table: TABLE }),
    async (table, { endpoint }) => {
      const lines: string[] = [];
      const log = createLogger(readEnv({}), { write: (line) => void lines.push(line) });
      const handler = () => assert.fail('there is nothing to handle');
      await startPoller({
        config: await embeddedConfig(endpoint),
        table,
        handlers: [handler],
        log,
        clock: systemClock,
      });
      return lines.join('');
    },
  );

const formFromGithub = (): string => {
  const parsed = github.parse(Buffer.from('payload=%7B%7D'), null);
  return parsed.kind === 'refused' ? parsed.problem.detail : 'taken';
};
