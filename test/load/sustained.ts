import type { Progress } from '../../src/cli/shared/progress.ts';
import { countMissing } from './check-stored.ts';
import { mixedDeliveries } from './mixed-deliveries.ts';
import { startOurs, TABLE_NAME } from './our-instance.ts';
import { memoryOf } from './process-facts.ts';
import { type SendFigures, sendAll } from './send.ts';

/** One wave: what was sent on one engine, the memory of the instance after it (MB), acknowledged but not stored. */
export type Wave = SendFigures & { memory: number; missing: number };

export type SustainedOptions = { waves: number; perWave: number; connections: number };

const WARM_UP = 500;

/** Waves of mixed deliveries at one instance, as fast as it answers; correlation is stopped. */
export const sustained = async (
  { waves, perWave, connections }: SustainedOptions,
  owned: AsyncDisposableStack,
  progress: Progress,
): Promise<Wave[]> => {
  const { server, engine } = await startOurs(owned, { correlate: false, limitHeap: true });
  await sendAll(server.url, mixedDeliveries(WARM_UP), { connections });
  const done: Wave[] = [];
  for (let wave = 0; wave < waves; wave += 1) {
    if (wave > 0) await engine.change();
    const requests = mixedDeliveries(perWave);
    const figures = await sendAll(server.url, requests, { connections });
    const missing = await countMissing(engine.endpoint, TABLE_NAME, requests);
    done.push({ ...figures, memory: memoryOf(server.pid), missing });
    progress.step(perWave);
  }
  return done;
};
