import { describe, expect, it } from 'vitest';
import { anExecution, createLaneWorld } from '../../../support/lane-world.ts';

const range = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe('a lane', () => {
  it('sends all that is due, each once, and is given back', async () => {
    const world = createLaneWorld(() => ({ result: 'ok', ms: 20 }));
    world.put(...range(95).map((n) => anExecution(n)));
    expect(await world.run()).toEqual({ end: 'left', sent: 95 });
    expect(new Set(world.seen.map(({ execution_id }) => execution_id)).size).toBe(95);
    expect([...world.rows.values()].every(({ status, tries }) => status === 'completed' && tries === 1)).toBe(
      true,
    );
    expect(Math.max(...world.seen.map(({ under_way }) => under_way))).toBe(10);
    expect(world.lane.owner).toBe(null);
    expect(world.counts).toEqual({ ExecutionsCompleted: 95 });
  });
});
