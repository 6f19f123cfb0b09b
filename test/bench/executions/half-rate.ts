import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Driven, drive, startTenTargets, type TenTargets } from './ten-targets.ts';

const FIRST_PER_SECOND = 1;

/** The share of this machine that was used. */
export const shareUsed = ({ cpu, seconds }: Pick<Driven, 'cpu' | 'seconds'>): number =>
  cpu / seconds / (availableParallelism() * 1_000);

/** Processor milliseconds a second of an instance that has nothing to do. */
const idleCpu = async ({ instance }: TenTargets, seconds: number): Promise<number> => {
  const before = instance.cpuMs();
  await sleep(seconds * 1_000);
  return (instance.cpuMs() - before) / seconds;
};

/**
 * Deliveries a second at which the instance, its database, the sender and the ten targets use half of this machine.
 * A delivery costs the less the more there are, so it is tried and mended; what others use of the machine is left out.
 * @param effort.tries how often; each takes so many `seconds`
 */
export const findHalfRate = async (
  { tries, seconds }: { tries: number; seconds: number },
  parent: AsyncDisposableStack,
): Promise<number> => {
  await using owned = parent.use(new AsyncDisposableStack());
  const ten = await startTenTargets(owned, { hangs: false });
  await drive(ten, FIRST_PER_SECOND, seconds);
  const idle = await idleCpu(ten, seconds);
  const half = availableParallelism() * 500;
  let rate = FIRST_PER_SECOND;
  for (let tried = 0; tried < tries; tried += 1) {
    const driven = await drive(ten, rate, seconds);
    const each = (driven.cpu - idle * driven.seconds) / driven.events;
    rate = (half - idle) / Math.max(1, each);
  }
  return rate;
};
