import { CommandError, newCommand, runCommand, wholeNumber } from '../../src/cli/shared/command.ts';
import { textTable } from '../../src/cli/shared/tables.ts';
import { machineFacts } from '../bench/shared/machine.ts';
import { median } from '../bench/shared/stats.ts';
import { lagOf } from './lag.ts';
import { mixedDeliveries } from './mixed-deliveries.ts';
import { startOurs } from './our-instance.ts';
import { handlesOf, memoryOf } from './process-facts.ts';
import { type SendOptions, sendAll } from './send.ts';

const command = newCommand(
  'soak',
  'Sends a steady load to a whole instance and watches that memory, open handles and lag stay flat.',
)
  .option('--minutes <count>', 'how long', wholeNumber(1, 24 * 60), 10)
  .option('--rate <count>', 'deliveries a second', wholeNumber(1, 200), 5);

type Flags = { minutes: number; rate: number };

/** Megabytes, open files and sockets, seconds behind. */
type Sample = { memory: number; handles: number; lag: number };

const ROUND_SECONDS = 10;
const CONNECTIONS = 10;
/** Deliveries until what runs often is compiled and the collector has found its pace: memory rises until then. */
const WARM_UP = 3_000;
const MOST_LAG_SECONDS = 30;
/** What a garbage collector leaves lying about now and then. */
const MEMORY_SLACK_MB = 40;
const HANDLE_SLACK = 15;

const sample = async (url: string, pid: number): Promise<Sample> => ({
  memory: memoryOf(pid),
  handles: handlesOf(pid),
  lag: await lagOf(url),
});

/** The last third against the first: what grows, grows between them. */
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
    ...(lag > MOST_LAG_SECONDS ? [`correlation was ${lag.toFixed(0)} s behind`] : []),
  ];
};

const show = (samples: readonly Sample[]): string =>
  textTable(
    ['after s', 'memory MB', 'handles', 'lag s'],
    samples.map(({ memory, handles, lag }, index) => [
      String((index + 1) * ROUND_SECONDS),
      memory.toFixed(0),
      String(handles),
      lag.toFixed(1),
    ]),
  );

const send = async (
  url: string,
  count: number,
  pace: Pick<SendOptions, 'overallRate'> = {},
): Promise<void> => {
  const { errors } = await sendAll(url, mixedDeliveries(count), { connections: CONNECTIONS, ...pace });
  if (errors > 0) throw new CommandError(`${errors} deliveries were not taken`);
};

/** Rounds of the same load on one instance and one database. */
const soak = async ({ minutes, rate }: Flags, owned: AsyncDisposableStack): Promise<Sample[]> => {
  const { server } = await startOurs(owned, { correlate: true, limitHeap: true });
  console.error(`Warming up with ${WARM_UP} deliveries`);
  await send(server.url, WARM_UP);
  await server.correlated();
  const samples: Sample[] = [];
  const end = performance.now() + minutes * 60_000;
  while (performance.now() < end) {
    await send(server.url, rate * ROUND_SECONDS, { overallRate: rate });
    const one = await sample(server.url, server.pid);
    samples.push(one);
    console.error(`${one.memory.toFixed(0)} MB, ${one.handles} handles, ${one.lag.toFixed(1)} s behind`);
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
