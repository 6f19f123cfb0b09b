import { type Delivery, readDeliveries } from '../shared/deliveries.ts';
import type { Section } from '../shared/section.ts';
import { startInputsWorld } from './inputs-world.ts';
import { lineBytes } from './lines.ts';
import { oneBatch } from './one-batch.ts';
import { rowBytes } from './rows.ts';
import { storedBytes } from './stored-bytes.ts';
import { sweepCost } from './sweep-cost.ts';

const NTH_SHORT = 4;

/** Of all kinds some: each has an engine of its own, which takes a second. */
const everyNth = (deliveries: Delivery[]): Delivery[] =>
  deliveries.filter((_, index) => index % NTH_SHORT === 0);

/**
 * What the cost formula is fed with beside the other sections (`src/cli/cost/inputs.ts`).
 * It has no goals.
 */
export const inputs: Section = async ({ short, folder }, owned) => {
  const deliveries = readDeliveries(folder);
  await storedBytes(short ? everyNth(deliveries) : deliveries, owned);
  const world = await startInputsWorld(owned);
  await oneBatch(world, short);
  lineBytes(world);
  await rowBytes(world);
  await sweepCost(await startInputsWorld(owned), short);
  return [];
};
