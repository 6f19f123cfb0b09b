import type { Serializable } from 'node:child_process';
import type { Request } from 'autocannon';
import { ratios } from '../shared/stats.ts';
import { startServer } from './child.ts';
import type { Lane, Load } from './loads.ts';
import { type LoadFigures, runLoad } from './run-load.ts';

export type Figures = LoadFigures & {
  /** Processor milliseconds per request. */
  serverCpu: number;
  databaseCpu: number;
};

/** A server to start: its file beside this one, what it is told, and its environment. */
export type Server = {
  file: string;
  setup: Serializable;
  env: NodeJS.ProcessEnv;
  /** Makes its own request of one of the load's; as they are without it. */
  asSent?: (request: Request) => Request;
};

export type Effort = { rounds: number; warmUpPerLane: number; perLane: number };

/**
 * A server and a database of its own, both fresh: the embedded database works the longer for a write the
 * more writes it has seen (it looks through the whole stream for the last number), and that is not ours.
 */
const measure = async (
  server: Server,
  load: Load,
  effort: Effort,
  owned: AsyncDisposableStack,
): Promise<Figures> => {
  await using own = owned.use(new AsyncDisposableStack());
  const { url, cpuMs } = await startServer(server, own);
  const { asSent = (request: Request) => request } = server;
  const run = (lanes: Lane[]) =>
    runLoad(
      url,
      lanes.map((lane) => lane.map(asSent)),
    );
  await run(load.before());
  await run(load.lanes(effort.warmUpPerLane));
  const before = await cpuMs();
  const figures = await run(load.lanes(effort.perLane));
  const after = await cpuMs();
  return {
    ...figures,
    serverCpu: (after.server - before.server) / figures.requests,
    databaseCpu: (after.database - before.database) / figures.requests,
  };
};

/** The servers in turns, each with bodies of its own; the figures of each, in the order of the servers. */
export const alternate = async (
  servers: readonly Server[],
  load: Load,
  effort: Effort,
  owned: AsyncDisposableStack,
): Promise<Figures[][]> => {
  const rounds: Figures[][] = servers.map(() => []);
  for (let round = 0; round < effort.rounds; round++)
    for (const [index, server] of servers.entries())
      rounds[index]?.push(await measure(server, load, effort, owned));
  return rounds;
};

/** Ours / floor, round by round. */
export const compare = (ours: Figures[], floor: Figures[], column: keyof Figures): number[] =>
  ratios(
    ours.map((round) => round[column]),
    floor.map((round) => round[column]),
  );
