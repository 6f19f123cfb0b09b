import type { Serializable } from 'node:child_process';
import { ratios } from '../shared/stats.ts';
import { startServer } from './child.ts';
import type { Load } from './loads.ts';
import { type LoadFigures, runLoad } from './run-load.ts';

export type Figures = LoadFigures & {
  /** Processor milliseconds per request. */
  serverCpu: number;
  databaseCpu: number;
};

export type Rounds = { ours: Figures[]; floor: Figures[] };

/** A server to start: its file beside this one, what it is told, and its environment. */
export type Server = { file: string; setup: Serializable; env: NodeJS.ProcessEnv };

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
  await runLoad(url, load.before());
  await runLoad(url, load.lanes(effort.warmUpPerLane));
  const before = await cpuMs();
  const figures = await runLoad(url, load.lanes(effort.perLane));
  const after = await cpuMs();
  return {
    ...figures,
    serverCpu: (after.server - before.server) / figures.requests,
    databaseCpu: (after.database - before.database) / figures.requests,
  };
};

/** Ours and the floor in turns, each with bodies of its own. */
export const alternate = async (
  servers: { ours: Server; floor: Server },
  load: Load,
  effort: Effort,
  owned: AsyncDisposableStack,
): Promise<Rounds> => {
  const rounds: Rounds = { ours: [], floor: [] };
  for (let round = 0; round < effort.rounds; round++) {
    rounds.ours.push(await measure(servers.ours, load, effort, owned));
    rounds.floor.push(await measure(servers.floor, load, effort, owned));
  }
  return rounds;
};

/** Ours / floor, round by round. */
export const compare = ({ ours, floor }: Rounds, column: keyof Figures): number[] =>
  ratios(
    ours.map((round) => round[column]),
    floor.map((round) => round[column]),
  );
