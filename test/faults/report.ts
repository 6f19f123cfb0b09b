import { markdownTable, textTable } from '../../src/cli/shared/tables.ts';
import { machineFacts } from '../bench/shared/machine.ts';
import { addTally, NOTHING, type Tally } from './check/tally.ts';
import type { PlayedRun } from './play-runs.ts';
import { GROUPS } from './rows/all-rows.ts';
import type { Row } from './rows/row.ts';
import type { Matrix, MatrixOptions } from './run-matrix.ts';
import { JIRA, type SenderSettings } from './sender/jira-model.ts';

const HEAD = [
  'fault',
  'struck',
  'sent',
  'acknowledged',
  'lost',
  'doubled',
  'wrong snapshots',
  'wrong outcomes',
  'wrong correlations',
  'uncorrelated',
  'longest recovery',
];

const cells = (name: string, tally: Tally): string[] => [
  name,
  String(tally.hits),
  String(tally.sent),
  String(tally.acknowledged),
  String(tally.lost),
  String(tally.doubled),
  String(tally.wrong_snapshots),
  String(tally.wrong_outcomes),
  String(tally.wrong_correlations),
  String(tally.uncorrelated),
  `${(tally.recovery_ms / 1000).toFixed(1)} s`,
];

const tableRows = (rows: readonly Row[], { tallies }: Matrix): string[][] => {
  const each = rows.map(({ name }) => [name, tallies.get(name) ?? NOTHING] as const);
  const all = each.map(([, tally]) => tally).reduce(addTally, NOTHING);
  return [...each, ['all', all] as const].map(([name, tally]) => cells(name, tally));
};

/** How the sender was set, so that the waits can be read. */
export const describeSender = ({ resends, waitMinutes, scale, connections }: SenderSettings): string => {
  const [least, most] = waitMinutes.map((minutes) => (minutes * 60 * scale).toFixed(1));
  return `The sender tries ${resends} times more, ${waitMinutes.join(' to ')} minutes apart, scaled by ${scale} to ${least} to ${most} s, on ${connections} connections.`;
};

export const printReport = ({ rows }: MatrixOptions, matrix: Matrix): void =>
  console.log(textTable(HEAD, tableRows(rows, matrix)));

/** What to type for a sender that is not as it comes; each with a space before it. */
const senderFlags = ({ resends, waitMinutes, scale, connections }: SenderSettings): string => {
  const flags = [
    { flag: `--resends ${resends}`, isSet: resends !== JIRA.resends },
    { flag: `--wait ${waitMinutes.join(' ')}`, isSet: waitMinutes.join() !== JIRA.waitMinutes.join() },
    { flag: `--speed-up ${Math.round(1 / scale)}`, isSet: scale !== JIRA.scale },
    { flag: `--connections ${connections}`, isSet: connections !== JIRA.connections },
  ];
  return flags.map(({ flag, isSet }) => (isSet ? ` ${flag}` : '')).join('');
};

/** What to type to see one of them again. */
export const explainBad = ({ sender }: MatrixOptions, { row, seed, tally, reason }: PlayedRun): string =>
  `${reason ?? JSON.stringify(tally)}
  npm run faults -- --row '${row}' --seed ${seed} --seeds 1${senderFlags(sender)}`;

/** What docs/reliability.md says of each group that was played, with the group's name. */
export const reliabilityBlocks = (options: MatrixOptions, matrix: Matrix): [group: string, block: string][] =>
  Object.entries(GROUPS)
    .filter(([, rows]) => rows.every((row) => options.rows.includes(row)))
    .map(([group, rows]) => [group, groupBlock(group, { ...options, rows }, matrix)]);

const groupBlock = (group: string, options: MatrixOptions, matrix: Matrix): string => {
  const { rows, seed, seeds, atOnce, sender } = options;
  const flags = `--group ${group} --seed ${seed} --seeds ${seeds} --at-once ${atOnce}${senderFlags(sender)} --write`;
  return [
    `Seeds ${seed} to ${seed + seeds - 1}, each once for every row of ${group}: \`npm run faults -- ${flags}\`.`,
    describeSender(sender),
    '',
    '```text',
    machineFacts(),
    '```',
    '',
    markdownTable(HEAD, tableRows(rows, matrix)),
    '',
    'What happens in each row:',
    '',
    ...rows.map(({ name, story }) => `- **${name}**: ${story}`),
  ].join('\n');
};
