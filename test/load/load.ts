import { join } from 'node:path';
import { newCommand, runCommand } from '../../src/cli/shared/command.ts';
import { showProgress } from '../../src/cli/shared/terminal.ts';
import { PROJECT_FOLDER } from '../../src/local/project.ts';
import { judgeColdStarts, measureColdStarts } from '../bench/cold/cold-start.ts';
import { executions } from '../bench/executions/executions.ts';
import { httpToDurable } from '../bench/http/http-to-durable.ts';
import { FIXTURES } from '../bench/shared/deliveries.ts';
import { machineFacts } from '../bench/shared/machine.ts';
import { type Goal, judge, printGoals, printTable } from '../bench/shared/section.ts';
import { median, sum } from '../bench/shared/stats.ts';
import { writeMeasured } from '../support/generated-page.ts';
import { type KeepUp, keepUp } from './keep-up.ts';
import { floorRatios, KEEP_UP_HEAD, keepUpRows, loadBlock, type Measured, waveRows } from './load-page.ts';
import { sustained, type Wave } from './sustained.ts';

const PAGE = join(PROJECT_FOLDER, 'docs/performance.md');

const command = newCommand(
  'load',
  'Sends sustained and burst load to a whole instance on this machine, checks that everything acknowledged is stored, and compares with the floor.',
)
  .option('--short', 'a hundredth of the load: shows that everything runs, the figures are rough', false)
  .option('--write', 'write the figures into docs/performance.md', false);

type Flags = { short: boolean; write: boolean };

const MEMORY_MB = 250;
const LEAST_THROUGHPUT = 0.85;
const MOST_LAG_SECONDS = 10;

const FULL = { waves: 20, perWave: 5_000, burst: 2_000, followed: 5, seconds: 14 };
const SHORT = { waves: 2, perWave: 500, burst: 200, followed: 1, seconds: 4 };

const goalsOf = (steady: Wave[], waves: Wave[], kept: KeepUp[]): Goal[] => [
  judge('sustained rate / floor', median(floorRatios(steady)), '>=', LEAST_THROUGHPUT),
  judge('most memory of the instance, MB', Math.max(...waves.map(({ memory }) => memory)), '<=', MEMORY_MB),
  judge('acknowledged and not stored', sum(waves.map(({ missing }) => missing)), '<=', 0),
  judge('answers neither 200 nor 202', sum(waves.map(({ errors }) => errors)), '<=', 0),
  judge(
    'correlation behind at half the rate, seconds',
    Math.max(...kept.map(({ lag }) => lag)),
    '<=',
    MOST_LAG_SECONDS,
  ),
];

/** Runs one part with processes of its own, which end with it. */
const alone = async <T>(part: (owned: AsyncDisposableStack) => Promise<T>): Promise<T> => {
  await using owned = new AsyncDisposableStack();
  // Awaited here: what it owns must not end before it does.
  return await part(owned);
};

const measure = async (short: boolean): Promise<Measured> => {
  const { waves, perWave, burst, followed, seconds } = short ? SHORT : FULL;
  const progress = showProgress('deliveries', waves * perWave + burst);
  const steady = await alone((owned) => sustained({ waves, perWave, connections: 20 }, owned, progress));
  const peak = await alone((owned) =>
    sustained({ waves: 1, perWave: burst, connections: 200 }, owned, progress),
  );
  progress.stop();
  const half = median(steady.map(({ perSecond }) => perSecond)) / 2;
  const kept = await keepUp({ waves: followed, rate: half, seconds });
  const cold = await alone((owned) => measureColdStarts(short, owned));
  const goals = [
    ...goalsOf(steady, [...steady, ...peak], kept),
    ...(await alone((owned) => httpToDurable({ short, folder: FIXTURES }, owned))),
    ...(await alone((owned) => executions({ short, folder: FIXTURES }, owned))),
    judgeColdStarts(cold),
  ];
  return { sustained: steady, burst: peak, keepUp: kept, cold, goals };
};

await runCommand(command, async () => {
  const { short, write } = command.opts<Flags>();
  console.log(machineFacts());
  const measured = await measure(short);
  const { head, rows } = waveRows(measured);
  printTable('\nLoad', head, rows);
  printTable('\nCold start', measured.cold.head, measured.cold.rows);
  printTable('\nCorrelation', KEEP_UP_HEAD, keepUpRows(measured));
  printGoals(measured.goals);
  if (write)
    writeMeasured(PAGE, 'load', loadBlock(`npm run load -- ${short ? '--short ' : ''}--write`, measured));
  const lost = measured.goals.some(({ figure, met }) => figure === 'acknowledged and not stored' && !met);
  return lost ? 1 : 0;
});
