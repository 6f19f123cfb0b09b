import pMap from 'p-map';
import { showProgress } from '../../../src/cli/shared/terminal.ts';
import { chunks } from '../../../src/platform/chunks.ts';
import { putRows } from '../../../src/store/calls/rows.ts';
import { GROUP_SIZE } from './groups.ts';
import type { MakeRows } from './sample-rows.ts';
import { startWorld, type World } from './world.ts';

/** A world with so many issues and as many commits stored. */
export type SeededWorld = World & { size: number; rows: number; seconds: number };

const GROUPS_PER_JOB = 25;
const JOBS_AT_A_TIME = 4;
const JOB_MS = 60_000;

/** Some rows, such as a project's name, are the same for every group. */
const distinct = <Row extends { pk: string; sk: string }>(rows: Row[]): Row[] => [
  ...new Map(rows.map((row) => [`${row.pk}\n${row.sk}`, row])).values(),
];

/** Straight into the table, many at a time. */
const fill = async ({ table }: World, size: number, makeRows: MakeRows): Promise<number> => {
  const groups = Array.from({ length: size / GROUP_SIZE }, (_, group) => group);
  const progress = showProgress(`storing ${size} issues and commits`, size);
  const put = async (some: number[]): Promise<number> => {
    const rows = distinct(some.flatMap(makeRows));
    await putRows({ table, signal: AbortSignal.timeout(JOB_MS) }, rows);
    progress.step(some.length * GROUP_SIZE);
    return rows.length;
  };
  try {
    const counts = await pMap([...chunks(groups, GROUPS_PER_JOB)], put, { concurrency: JOBS_AT_A_TIME });
    return counts.reduce((sum, count) => sum + count, 0);
  } finally {
    progress.stop();
  }
};

export const startSeededWorld = async (
  size: number,
  makeRows: MakeRows,
  owned: AsyncDisposableStack,
): Promise<SeededWorld> => {
  const world = await startWorld(owned);
  const begun = performance.now();
  const rows = await fill(world, size, makeRows);
  world.meter.take();
  return { ...world, size, rows, seconds: (performance.now() - begun) / 1_000 };
};
