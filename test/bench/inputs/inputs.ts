import { readDeliveries } from '../shared/deliveries.ts';
import type { Section } from '../shared/section.ts';
import { startInputsWorld } from './inputs-world.ts';
import { lineBytes } from './lines.ts';
import { oneBatch } from './one-batch.ts';
import { rowBytes } from './rows.ts';
import { storedBytes } from './stored-bytes.ts';
import { sweepCost } from './sweep-cost.ts';

/**
 * What the cost formula is fed with beside the other sections (`src/cli/cost/measured.ts`).
 * It has no goals.
 */
export const inputs: Section = async ({ short, folder }, owned) => {
  await storedBytes(readDeliveries(folder), owned);
  const world = await startInputsWorld(owned);
  await oneBatch(world, short);
  lineBytes(world);
  await rowBytes(world);
  await sweepCost(await startInputsWorld(owned), short);
  return [];
};
