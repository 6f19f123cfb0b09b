import { printTable } from '../shared/report.ts';
import { type Goal, judge } from '../shared/section.ts';
import { median, percentile, ratios, spread } from '../shared/stats.ts';
import { findHalfRate, shareUsed } from './half-rate.ts';
import { type Driven, drive, startTenTargets } from './ten-targets.ts';

const MOST_RATIO = 2;

const SHORT = { find: { tries: 1, seconds: 1 }, rounds: 1, warmUp: 1, seconds: 2 };
const FULL = { find: { tries: 3, seconds: 10 }, rounds: 5, warmUp: 5, seconds: 30 };

type Effort = typeof FULL;

/** An instance, a database and targets of its own: what one round leaves behind is none of the next. */
const round = async (
  rate: number,
  hangs: boolean,
  { warmUp, seconds }: Effort,
  parent: AsyncDisposableStack,
): Promise<Driven> => {
  await using owned = parent.use(new AsyncDisposableStack());
  const ten = await startTenTargets(owned, { hangs });
  await drive(ten, rate, warmUp);
  return await drive(ten, rate, seconds);
};

const row = (name: string, rounds: Driven[]): string[] => [
  name,
  spread(
    rounds.map((one) => shareUsed(one) * 100),
    0,
  ),
  ...[0.5, 0.99].map((share) =>
    spread(
      rounds.map(({ ms }) => percentile(ms, share)),
      0,
    ),
  ),
];

/** How late events come to nine targets while the tenth hangs, and while it does not, in turns. */
export const oneHangs = async (short: boolean, owned: AsyncDisposableStack): Promise<Goal[]> => {
  const effort = short ? SHORT : FULL;
  const rate = await findHalfRate(effort.find, owned);
  const [all, nine]: [Driven[], Driven[]] = [[], []];
  for (let index = 0; index < effort.rounds; index += 1) {
    // Who is first meets a machine that has just rested: each in turn.
    const order = index % 2 === 0 ? [all, nine] : [nine, all];
    for (const side of order) side.push(await round(rate, side === nine, effort, owned));
  }
  const p99 = (rounds: Driven[]) => rounds.map(({ ms }) => percentile(ms, 0.99));
  const ratio = ratios(p99(nine), p99(all));
  printTable(
    `   Ten targets of all events; half of this machine is used at ${rate.toFixed(1)} deliveries a second, ${(rate * 10).toFixed(0)} executions`,
    ['median (range)', 'machine used %', 'p50 ms of nine', 'p99 ms of nine'],
    [row('all ten answer', all), row('the tenth hangs', nine), ['hangs / answers', '', '', spread(ratio)]],
  );
  return [judge('p99 of nine targets, the tenth hangs / answers', median(ratio), '<=', MOST_RATIO)];
};
