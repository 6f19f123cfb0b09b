import type { DynamoDBRecord } from 'aws-lambda';
import { BATCH_SIZE } from '../../../src/contract/functions.ts';
import { chunks } from '../../../src/platform/chunks.ts';
import { printTable } from '../shared/section.ts';
import { readsOf, trimmed, unitsOf, writesOf } from './cost.ts';
import { GROUP_SIZE, touchedStory } from './groups.ts';
import { timed, type Worlds } from './rounds.ts';
import type { SeededWorld } from './seed.ts';
import { pushCommits, updateIssue } from './touches.ts';

const SHORT = 30;
const FULL = 450;
const WARM_UP_SHORT = 10;
const WARM_UP = 50;

/** Updates and single commits in turns, each for another story than the one before. */
const deliverAll = async (world: SeededWorld, first: number, events: number): Promise<DynamoDBRecord[]> => {
  const records: DynamoDBRecord[] = [];
  for (let event = first; event < first + events; event++) {
    const story = touchedStory(event, world.size / GROUP_SIZE);
    const deliver = event % 2 === 0 ? updateIssue(story) : pushCommits([story]);
    records.push(...(await deliver(world)));
  }
  return records;
};

const row = (world: SeededWorld, events: number, batches: number, ms: number): string[] => {
  const calls = world.meter.take();
  return [
    `${world.size.toLocaleString('en')} stored`,
    String(events),
    String(batches),
    ((events * 1_000) / ms).toFixed(0),
    trimmed(unitsOf(writesOf(calls)) / events),
    trimmed(unitsOf(readsOf(calls)) / events),
  ];
};

/** How fast a backlog is worked off: full batches one after the other, as the stream hands them over. */
export const burst = async ({ small, large }: Worlds, isShort: boolean): Promise<void> => {
  const events = isShort ? SHORT : FULL;
  const warmUp = isShort ? WARM_UP_SHORT : WARM_UP;
  const runs = [];
  for (const world of [small, large]) {
    await world.correlate(await deliverAll(world, 0, warmUp));
    const batches = chunks(await deliverAll(world, warmUp, events), BATCH_SIZE);
    world.meter.take();
    runs.push({ world, batches, ms: 0 });
  }
  for (const index of runs[0]?.batches.keys() ?? [])
    for (const run of runs) run.ms += await timed(run.world, run.batches[index] ?? []);
  printTable(
    '   A burst of updates and single commits in turns, in full batches',
    ['', 'events', 'batches', 'events/s', 'write units/event', 'read units/event'],
    runs.map(({ world, batches, ms }) => row(world, events, batches.length, ms)),
  );
};
