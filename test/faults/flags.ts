import { type Command, Option } from 'commander';
import { UsageError, wholeNumber } from '../../src/cli/shared/command.ts';
import { GROUPS, ROWS } from './rows/all-rows.ts';
import type { Row } from './rows/row.ts';
import type { MatrixOptions } from './run-matrix.ts';
import { JIRA } from './sender/jira-model.ts';

const MOST_SEEDS = 100_000;

const minutes = wholeNumber(0, 600);

/** Commander hands over each value of a list together with those before it, and keeps only what is answered. */
const moreMinutes = (text: string, before: number[] = []): number[] => [...before, minutes(text)];

/** The flags of the matrix, its sender's included. */
export const withFlags = (command: Command): Command =>
  command
    .option('--seed <number>', 'the first seed', wholeNumber(0, 999_999_999), 1)
    .option('--seeds <count>', 'how many seeds', wholeNumber(1, MOST_SEEDS), 3)
    .option('--row <text...>', 'only the row of this name, or rows with this in their name')
    .addOption(new Option('--group <name...>', 'only rows of these groups').choices(Object.keys(GROUPS)))
    .option('--at-once <count>', 'runs at the same time', wholeNumber(1, 64), 6)
    .option('--resends <count>', 'how often the sender tries again', wholeNumber(0, 100), JIRA.resends)
    .option('--wait <minutes...>', 'least and most minutes between two tries', moreMinutes)
    .option(
      '--speed-up <times>',
      'how many times faster the sender’s minutes pass',
      wholeNumber(1, 100_000),
      1 / JIRA.scale,
    )
    .option('--connections <count>', 'deliveries under way at once', wholeNumber(1, 1000), JIRA.connections)
    .option('--write', 'write the tables of these groups into docs/reliability.md', false);

export type Flags = {
  seed: number;
  seeds: number;
  row?: string[];
  group?: string[];
  atOnce: number;
  resends: number;
  wait?: number[];
  speedUp: number;
  connections: number;
  write: boolean;
};

const waitOf = ({ wait }: Flags): readonly [number, number] => {
  if (wait === undefined) return JIRA.waitMinutes;
  const [least, most, ...more] = wait;
  if (least === undefined || most === undefined || least > most || more.length > 0)
    throw new UsageError('--wait takes two numbers, the smaller one first');
  return [least, most];
};

/** A row's name in full means that row alone, so that one bad run is played again alone. */
const isNamed = (name: string, texts: readonly string[]): boolean =>
  texts.some((text) => (ROWS.some((row) => row.name === text) ? name === text : name.includes(text)));

const pickRows = ({ row: texts = [''], group: groups = Object.keys(GROUPS) }: Flags): Row[] => {
  const rows = Object.entries(GROUPS).flatMap(([group, all]) => (groups.includes(group) ? all : []));
  const picked = rows.filter(({ name }) => isNamed(name, texts));
  if (picked.length === 0)
    throw new UsageError(`No row is called so; there are: ${rows.map(({ name }) => name).join(', ')}`);
  return picked;
};

/** @throws UsageError naming what was wrong */
export const toOptions = (flags: Flags): MatrixOptions => {
  const rows = pickRows(flags);
  if (flags.write && flags.row) throw new UsageError('--write wants whole groups, without --row');
  const { seed, seeds, atOnce, resends, connections } = flags;
  const sender = { resends, waitMinutes: waitOf(flags), scale: 1 / flags.speedUp, connections };
  return { rows, seed, seeds, atOnce, sender };
};
