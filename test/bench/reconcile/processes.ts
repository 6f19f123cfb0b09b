import type { Serializable } from 'node:child_process';
import { startEngine } from '../../../src/local/engine.ts';
import { type ServerProcess, startServer } from '../http/child.ts';
import { makeStill } from '../shared/still-table.ts';
import { tempFolder } from '../shared/temp-folder.ts';
import type { FloorSetup } from './floor-side.ts';
import type { JiraSetup } from './jira-side.ts';
import type { ReaderSetup } from './reader-side.ts';

const TABLE_NAME = 'bench-reconcile';

const start = (
  name: string,
  setup: Serializable,
  owned: AsyncDisposableStack,
  options = '',
): Promise<ServerProcess> => {
  const { NODE_OPTIONS = '', ...env } = process.env;
  return startServer(
    { file: `../reconcile/${name}.ts`, setup, env: { ...env, NODE_OPTIONS: `${NODE_OPTIONS} ${options}` } },
    owned,
  );
};

export const startJira = (setup: JiraSetup, owned: AsyncDisposableStack): Promise<ServerProcess> =>
  start('jira-side', setup, owned);

/** A database with an empty table. */
export const startDatabase = async (owned: AsyncDisposableStack) => {
  const engine = await startEngine();
  owned.defer(engine.stop);
  await makeStill(engine.endpoint, TABLE_NAME);
  return { endpoint: engine.endpoint, tableName: TABLE_NAME, pid: engine.pid };
};

export type Database = Awaited<ReturnType<typeof startDatabase>>;

/** @param options for Node */
export const startReader = (
  { endpoint, tableName }: Database,
  { url: jira }: ServerProcess,
  owned: AsyncDisposableStack,
  options?: string,
): Promise<ServerProcess> => {
  const setup: ReaderSetup = { endpoint, tableName, jira, artifacts: tempFolder(owned) };
  return start('reader-side', setup, owned, options);
};

export const startFloor = (
  { endpoint, tableName }: Database,
  { url: jira }: ServerProcess,
  templates: FloorSetup['templates'],
  owned: AsyncDisposableStack,
): Promise<ServerProcess> => {
  const setup: FloorSetup = { endpoint, tableName, jira, templates };
  return start('floor-side', setup, owned);
};
