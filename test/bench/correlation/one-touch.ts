import { type Goal, judge, printTable } from '../shared/section.ts';
import { median, ratios, spread } from '../shared/stats.ts';
import { readsOf, trimmed, unitsOf } from './cost.ts';
import type { MeteredCall } from './meter.ts';
import { alternate, type Effort, type Figures, type Worlds } from './rounds.ts';
import type { SeededWorld } from './seed.ts';
import { type Deliver, pushCommits, updateIssue } from './touches.ts';

const MOST_TIMES_AS_LONG = 1.5;

const SHORT: Effort = { warmUp: 1, rounds: 3, perRound: 3 };
const FULL: Effort = { warmUp: 2, rounds: 21, perRound: 8 };

/** What is delivered of one story that has three commits. */
const TOUCHES: [string, (story: number) => Deliver][] = [
  ['update of a story with 3 commits', updateIssue],
  ['1 commit more for such a story', (story) => pushCommits([story])],
];

type Compared = { name: string; touches: number; small: Figures; large: Figures };

const longer = ({ small, large }: Compared): number[] => ratios(large.ms, small.ms);

const stored = ({ size }: SeededWorld): string => `${size.toLocaleString('en')} stored`;

const reportTime = ({ small, large }: Worlds, all: Compared[]): void => {
  const rows = all.map((one) => [
    one.name,
    spread(one.small.ms, 1),
    spread(one.large.ms, 1),
    spread(longer(one)),
    `<= ${MOST_TIMES_AS_LONG}`,
  ]);
  printTable(
    '\n   Milliseconds from the stream records to the document and the written status, median (range) of rounds',
    ['one event', stored(small), stored(large), 'ratio', 'goal'],
    rows,
  );
};

const ofOperation = (calls: MeteredCall[], operation: string | null): MeteredCall[] =>
  calls.filter((call) => call.isRead && (operation === null || call.operation === operation));

/** Calls and units of one kind of read for one event. */
const perTouch = ({ calls }: Figures, operation: string | null, touches: number): string => {
  const cost = readsOf(ofOperation(calls, operation));
  return `${trimmed(cost.calls / touches)} (${trimmed(unitsOf(cost) / touches)})`;
};

const readRows = ({ name, small, large, touches }: Compared): string[][] => {
  const used = new Set(
    [...small.calls, ...large.calls].flatMap((one) => (one.isRead ? [one.operation] : [])),
  );
  const row = (operation: string | null, shown: string, goal: string) => [
    shown,
    perTouch(small, operation, touches),
    perTouch(large, operation, touches),
    goal,
  ];
  return [row(null, name, 'equal'), ...[...used].sort().map((one) => row(one, `  ${one}`, ''))];
};

const reportReads = ({ small, large }: Worlds, all: Compared[]): void =>
  printTable(
    '   Reads: calls and, in brackets, read units',
    ['one event', stored(small), stored(large), 'goal'],
    all.flatMap(readRows),
  );

const goalsOf = (one: Compared, floor: string): Goal[] => {
  const small = perTouch(one.small, null, one.touches);
  const large = perTouch(one.large, null, one.touches);
  return [
    judge(`time / with ${floor}, ${one.name}`, median(longer(one)), '<=', MOST_TIMES_AS_LONG),
    {
      figure: `reads (units), ${one.name}`,
      goal: 'equal',
      measured: `${large} and ${small}`,
      met: small === large,
    },
  ];
};

/** A run that finds nothing costs little. @throws when it did not find the touched issue with its commits */
const assertFound = ({ small, large }: Worlds): void => {
  for (const { issues, matched, commits } of [small.found(), large.found()])
    if (issues !== 1 || matched !== 1 || commits < 3)
      throw new Error(`The last run found ${matched} of ${issues} issues with ${commits} commits`);
};

/** What one touched issue costs does not depend on how much is stored. */
export const oneTouch = async (worlds: Worlds, isShort: boolean): Promise<Goal[]> => {
  const effort = isShort ? SHORT : FULL;
  const touches = effort.rounds * effort.perRound;
  const all: Compared[] = [];
  for (const [name, touch] of TOUCHES) {
    all.push({ name, touches, ...(await alternate(worlds, name, touch, effort)) });
    assertFound(worlds);
  }
  reportTime(worlds, all);
  reportReads(worlds, all);
  return all.flatMap((one) => goalsOf(one, stored(worlds.small)));
};
