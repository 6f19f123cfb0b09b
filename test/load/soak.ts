import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import { newCommand, runCommand, wholeNumber } from '../../src/cli/shared/command.ts';
import { textTable } from '../../src/cli/shared/text-table.ts';
import { machineFacts } from '../bench/shared/machine.ts';
import { median } from '../bench/shared/stats.ts';
import { mixedDeliveries } from './mixed-deliveries.ts';
import { startOurs } from './our-instance.ts';
import { handlesOf, memoryOf } from './process-facts.ts';
import { sendAll } from './send.ts';

const command = newCommand(
  'soak',
  'Sends a steady load to a whole instance and watches that memory, open handles and lag stay flat.',
)
  .option('--minutes <count>', 'how long', wholeNumber(1, 24 * 60), 10)
  .option('--rate <count>', 'deliveries a second', wholeNumber(1, 200), 20);

type Flags = { minutes: number; rate: number };

/** Megabytes, open files and sockets, seconds behind. */
type Sample = { memory: number; handles: number; lag: number };

const ROUND_SECONDS = 10;
const CONNECTIONS = 10;
const MOST_LAG_SECONDS = 30;
/** What a garbage collector leaves lying about now and then. */
const MEMORY_SLACK_MB = 40;
const HANDLE_SLACK = 15;

const stats = z.object({ lag_seconds: z.number() });

const sample = async (url: string, pid: number): Promise<Sample> => {
  const { lag_seconds } = stats.parse(await (await fetch(`${url}/stats?hours=1`)).json());
  return { memory: memoryOf(pid), handles: handlesOf(pid), lag: lag_seconds };
};

/** The last third against the first after a warm-up: what grows, grows between them. */
const judgeSamples = (samples: readonly Sample[]): string[] => {
  const third = Math.max(1, Math.floor(samples.length / 3));
  const grown = (of: (one: Sample) => number): number =>
    median(samples.slice(-third).map(of)) - median(samples.slice(0, third).map(of));
  const memory = grown((one) => one.memory);
  const handles = grown((one) => one.handles);
  const lag = Math.max(...samples.map((one) => one.lag));
  return [
    ...(memory > MEMORY_SLACK_MB ? [`memory grew by ${memory.toFixed(0)} MB`] : []),
    ...(handles > HANDLE_SLACK ? [`open handles grew by ${handles}`] : []),
    ...(lag > MOST_LAG_SECONDS ? [`correlation was ${lag} s behind`] : []),
  ];
};

const show = (samples: readonly Sample[]): string =>
  textTable(
    ['after s', 'memory MB', 'handles', 'lag s'],
    samples.map(({ memory, handles, lag }, index) => [
      String((index + 1) * ROUND_SECONDS),
      memory.toFixed(0),
      String(handles),
      String(lag),
    ]),
  );

/** Rounds of the same load; the engine is changed now and then, because it alone would slow down. */
const soak = async ({ minutes, rate }: Flags, owned: AsyncDisposableStack): Promise<Sample[]> => {
  const { server } = await startOurs(owned, { correlate: true, limitHeap: true });
  const samples: Sample[] = [];
  const end = performance.now() + minutes * 60_000;
  for (let round = 0; performance.now() < end; round += 1) {
    const requests = mixedDeliveries(rate * ROUND_SECONDS);
    const { errors } = await sendAll(server.url, requests, { connections: CONNECTIONS, overallRate: rate });
    if (errors > 0) throw new Error(`${errors} deliveries were not taken`);
    // The first round warms up what is compiled and cached.
    if (round > 0) samples.push(await sample(server.url, server.pid));
    const last = samples.at(-1);
    if (last) console.error(`${last.memory.toFixed(0)} MB, ${last.handles} handles, ${last.lag} s behind`);
    await sleep(0);
  }
  return samples;
};

await runCommand(command, async () => {
  console.log(machineFacts());
  await using owned = new AsyncDisposableStack();
  const samples = await soak(command.opts<Flags>(), owned);
  console.log(show(samples));
  const problems = judgeSamples(samples);
  console.log(problems.length === 0 ? 'Memory, handles and lag stayed flat.' : problems.join('\n'));
  return problems.length === 0 ? 0 : 1;
});
