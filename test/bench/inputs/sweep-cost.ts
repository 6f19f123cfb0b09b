import { readsOf, trimmed, unitsOf } from '../correlation/cost.ts';
import { comment, createIssue } from '../correlation/touches.ts';
import { printTable } from '../shared/section.ts';
import type { InputsWorld } from './inputs-world.ts';

const ISSUE = 690_000;
const DELAY_MS = 20;

type Figures = { cpu_ms: number; wall_ms: number; calls: number; units: number };

const sweepOnce = async (world: InputsWorld, delayMs: number): Promise<Figures> => {
  world.meter.take();
  world.delay.ms = delayMs;
  const cpu = process.cpuUsage();
  const begun = performance.now();
  await world.sweep();
  const wall_ms = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpu);
  world.delay.ms = 0;
  const reads = readsOf(world.meter.take());
  return { cpu_ms: (user + system) / 1_000, wall_ms, calls: reads.calls, units: unitsOf(reads) };
};

const fill = async (world: InputsWorld, events: number): Promise<void> => {
  await world.correlate(await createIssue(ISSUE)(world));
  for (let event = 0; event < events; event++) await world.correlate(await comment(ISSUE)(world));
};

/** What a sweep does for events that are handled already: the usual one finds nothing. */
export const sweepCost = async (world: InputsWorld, short: boolean): Promise<void> => {
  const events = short ? 50 : 2_000;
  await fill(world, events);
  await sweepOnce(world, 0); // Warms up, and moves the mark.
  const plain = await sweepOnce(world, 0);
  const slow = await sweepOnce(world, DELAY_MS);
  const per1000 = (figure: number): string => trimmed((figure * 1_000) / events);
  printTable(
    `\n   A sweep over ${events} handled events, for each 1,000 of them`,
    ['CPU ms', 'in sequence', 'reads', 'read units'],
    [
      [
        per1000(plain.cpu_ms),
        per1000((slow.wall_ms - plain.wall_ms) / DELAY_MS),
        per1000(plain.calls),
        per1000(plain.units),
      ],
    ],
  );
};
