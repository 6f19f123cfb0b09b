import type { DynamoDBRecord } from 'aws-lambda';
import { readsOf, trimmed, unitsOf, writesOf } from '../correlation/cost.ts';
import { comment, createIssue, pushCommits, updateIssue } from '../correlation/touches.ts';
import { printTable } from '../shared/section.ts';
import { median } from '../shared/stats.ts';
import type { InputsWorld } from './inputs-world.ts';

type Case = { name: string; make: (world: InputsWorld) => Promise<DynamoDBRecord[]> };

let issues = 700_000;

const newIssue = (): number => {
  issues += 1;
  return issues;
};

/** A story with three commits, all of it correlated. */
const knownStory = async (world: InputsWorld): Promise<number> => {
  const story = newIssue();
  await world.correlate(await createIssue(story)(world));
  await world.correlate(await pushCommits([story, story, story])(world));
  return story;
};

const PER_FULL_BATCH = 50;
const PER_SHORT_BATCH = 5;

const batchOf =
  (updates: number) =>
  async (world: InputsWorld): Promise<DynamoDBRecord[]> => {
    const records: DynamoDBRecord[] = [];
    for (let index = 0; index < updates; index++)
      records.push(...(await updateIssue(await knownStory(world))(world)));
    return records;
  };

const update = async (world: InputsWorld) => updateIssue(await knownStory(world))(world);
const creation = (world: InputsWorld) => createIssue(newIssue())(world);

const CASES: Case[] = [
  { name: 'update', make: update },
  { name: 'creation', make: creation },
  { name: 'comment', make: async (world) => comment(await knownStory(world))(world) },
  { name: '1 commit, linked', make: async (world) => pushCommits([await knownStory(world)])(world) },
];

const fullOf = (updates: number): Case => ({
  name: `${updates} updates in one batch`,
  make: batchOf(updates),
});

/** So much longer that it shows beside this machine's own noise, and no call times out. */
const DELAY_MS = 40;

type Once = { cpu_ms: number; wall_ms: number };

const run = async (world: InputsWorld, batch: DynamoDBRecord[], delayMs: number): Promise<Once> => {
  world.delay.ms = delayMs;
  const cpu = process.cpuUsage();
  const begun = performance.now();
  await world.correlate(batch);
  const wall_ms = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpu);
  world.delay.ms = 0;
  return { cpu_ms: (user + system) / 1_000, wall_ms };
};

type Effort = { warmUp: number; times: number };

const measure = async (
  world: InputsWorld,
  { name, make }: Case,
  { warmUp, times }: Effort,
): Promise<string[]> => {
  const plain: Once[] = [];
  const slow: Once[] = [];
  for (let round = -warmUp; round < times; round++) {
    const batch = await make(world);
    world.meter.take();
    const once = await run(world, batch, 0);
    if (round >= 0) plain.push(once);
  }
  const calls = world.meter.take();
  for (let round = 0; round < times; round++) slow.push(await run(world, await make(world), DELAY_MS));
  world.meter.take();
  const wall = (all: Once[]): number => median(all.map(({ wall_ms }) => wall_ms));
  const writes = writesOf(calls);
  const reads = readsOf(calls);
  return [
    name,
    median(plain.map(({ cpu_ms }) => cpu_ms)).toFixed(1),
    ((wall(slow) - wall(plain)) / DELAY_MS).toFixed(1),
    trimmed(writes.calls),
    trimmed(writes.table),
    trimmed(writes.indexes),
    trimmed(reads.calls),
    trimmed(unitsOf(reads)),
  ];
};

/** What each update of a full batch adds to the first one, by column. */
const furtherRow = (one: string[], full: string[], updates: number): string[] => [
  'each further update of these',
  ...one.slice(1).map((cell, index) => {
    const more = Number(full[index + 1]) - Number(cell);
    return (more / (updates - 1)).toFixed(1);
  }),
];

/** What one delivery costs correlation. */
export const oneBatch = async (world: InputsWorld, short: boolean): Promise<void> => {
  const updates = short ? PER_SHORT_BATCH : PER_FULL_BATCH;
  const warmUp = short ? 1 : 2;
  const rows: string[][] = [];
  for (const one of CASES) rows.push(await measure(world, one, { warmUp, times: short ? 1 : 15 }));
  const full = await measure(world, fullOf(updates), { warmUp, times: short ? 1 : 3 });
  rows.push(full, furtherRow(rows[0] ?? [], full, updates));
  printTable(
    '\n   Correlation of one delivery: CPU of this process, calls one after the other (tables and artifacts), units',
    ['batch', 'CPU ms', 'in sequence', 'writes', 'table', 'indexes', 'reads', 'read units'],
    rows,
  );
};
