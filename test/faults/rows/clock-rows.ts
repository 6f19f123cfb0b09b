import type { HistoryStep } from '../../support/history-steps.ts';
import type { Random } from '../../support/random.ts';
import type { Retell } from '../sender/drawn-deliveries.ts';
import type { Row } from './row.ts';
import { row, type Scene } from './scene.ts';

const HOUR_MS = 3_600_000;

const move =
  (before: number, within: number) =>
  async ({ world, drawn, send, hit }: Scene): Promise<void> => {
    hit();
    world.clock.move(before);
    await world.start();
    const half = Math.floor(drawn.outgoing.length / 2);
    await send(drawn.outgoing.slice(0, half));
    world.clock.move(within);
    await send(drawn.outgoing.slice(half));
  };

const skewed = (step: HistoryStep, ms: number): HistoryStep => {
  if (step.kind !== 'issue') return step;
  const { issue, timestamp } = step.delivery;
  return {
    ...step,
    delivery: {
      ...step.delivery,
      timestamp: typeof timestamp === 'number' && timestamp > 0 ? timestamp + ms : timestamp,
      issue: { ...issue, updatedMs: issue.updatedMs + ms },
    },
  };
};

/** Each delivery comes from a node whose clock is right, an hour ahead or an hour behind. */
const jiraSkews = (random: Random): Retell => {
  const skews = [0, HOUR_MS, -HOUR_MS];
  return (step) => skewed(step, skews[Math.floor(random() * skews.length)] ?? 0);
};

/** Clocks that are wrong. */
export const CLOCK_ROWS: Row[] = [
  row({
    name: 'our clock an hour ahead',
    leavesTable: true,
    story: 'The clock of the instance is an hour ahead, and is set right in the middle.',
    play: move(HOUR_MS, -HOUR_MS),
  }),
  row({
    name: 'our clock an hour behind',
    leavesTable: true,
    story: 'The clock of the instance is an hour behind, and is set right in the middle.',
    play: move(-HOUR_MS, HOUR_MS),
  }),
  row({
    name: 'Jira’s clocks an hour apart',
    leavesTable: true,
    story: 'Deliveries come from Jira nodes whose clocks are right, an hour ahead or an hour behind.',
    retell: jiraSkews,
    play: async ({ world, send, hit }) => {
      await world.start();
      hit();
      await send();
    },
  }),
];
