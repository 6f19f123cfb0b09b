import type { DynamoDBRecord } from 'aws-lambda';
import { showProgress } from '../../../src/cli/shared/terminal.ts';
import { chunks } from '../../../src/platform/chunks.ts';
import { sum } from '../shared/stats.ts';
import { GROUP_SIZE, touchedStory } from './groups.ts';
import type { MeteredCall } from './meter.ts';
import type { SeededWorld } from './seed.ts';
import type { Deliver } from './touches.ts';

/** Two worlds that differ in nothing but how much is stored. */
export type Worlds = { small: SeededWorld; large: SeededWorld };

export type Effort = { warmUp: number; rounds: number; perRound: number };

/** What the same touches came to in one world: milliseconds per touch in each round, and every call. */
export type Figures = { ms: number[]; calls: MeteredCall[] };

type Times = Record<keyof Worlds, number>;

/** Milliseconds. */
export const timed = async (world: SeededWorld, records: DynamoDBRecord[]): Promise<number> => {
  const begun = performance.now();
  await world.correlate(records);
  return performance.now() - begun;
};

/** The one directly after the other, in turns; taking the deliveries in is not timed. */
const touchBoth = async (
  { small, large }: Worlds,
  deliver: (world: SeededWorld) => Deliver,
  largeFirst: boolean,
): Promise<Times> => {
  const forSmall = await deliver(small)(small);
  const forLarge = await deliver(large)(large);
  if (largeFirst) {
    const ms = await timed(large, forLarge);
    return { large: ms, small: await timed(small, forSmall) };
  }
  const ms = await timed(small, forSmall);
  return { small: ms, large: await timed(large, forLarge) };
};

const perTouch = (times: Times[], effort: Effort, size: keyof Worlds): number[] =>
  chunks(times.slice(effort.warmUp * effort.perRound), effort.perRound).map(
    (round) => sum(round.map((took) => took[size])) / round.length,
  );

/**
 * Touches one story after the other in both worlds. The first rounds, which warm up the compiler and the
 * connections, are left out.
 * @param touch what is delivered of a story that has three commits
 */
export const alternate = async (
  worlds: Worlds,
  name: string,
  touch: (story: number) => Deliver,
  effort: Effort,
): Promise<Record<keyof Worlds, Figures>> => {
  const { warmUp, rounds, perRound } = effort;
  const touches = (warmUp + rounds) * perRound;
  const progress = showProgress(name, touches);
  const times: Times[] = [];
  for (let index = 0; index < touches; index++) {
    if (index === warmUp * perRound) for (const { meter } of Object.values(worlds)) meter.take();
    const deliver = (world: SeededWorld) => touch(touchedStory(index, world.size / GROUP_SIZE));
    times.push(await touchBoth(worlds, deliver, index % 2 === 1));
    progress.step();
  }
  progress.stop();
  const figures = (size: keyof Worlds): Figures => ({
    ms: perTouch(times, effort, size),
    calls: worlds[size].meter.take(),
  });
  return { small: figures('small'), large: figures('large') };
};
