import { printTable } from '../shared/section.ts';
import { readsOf, trimmed, unitsOf, writesOf } from './cost.ts';
import { gapOfGroup, storyOfGroup } from './groups.ts';
import type { SeededWorld } from './seed.ts';
import { comment, createIssue, type Deliver, deleteIssue, pushCommits, updateIssue } from './touches.ts';

/** How many events of each kind are averaged. */
const EVENTS = 3;
const EVENTS_SHORT = 1;

const STORIES = 20;
const COMMITS = 100;

/** Beyond all that are stored. */
let newIssues = 810_000;

const newIssue = (): number => {
  newIssues += 1;
  return newIssues;
};

/** Each is touched once, so that a story still has its three commits. */
let groups = 0;

const freshGroup = (): number => {
  groups += 1;
  return groups;
};

/** One kind of event and the commits in it. */
type Kind = { name: string; commits: number; next: () => Deliver };

/** As a push or `npm run commits` brings them: five for each of twenty stories. */
const manyCommits = (): Deliver => {
  const stories = Array.from({ length: STORIES }, () => storyOfGroup(freshGroup()));
  return pushCommits(stories.flatMap((story) => Array.from({ length: COMMITS / STORIES }, () => story)));
};

const KINDS: Kind[] = [
  { name: 'update of a known story', commits: 0, next: () => updateIssue(storyOfGroup(freshGroup())) },
  { name: 'creation of a story, no commits yet', commits: 0, next: () => createIssue(newIssue()) },
  { name: 'comment', commits: 0, next: () => comment(storyOfGroup(freshGroup())) },
  { name: 'deletion, 3 commits withdrawn', commits: 0, next: () => deleteIssue(storyOfGroup(freshGroup())) },
  { name: '1 commit, linked', commits: 1, next: () => pushCommits([storyOfGroup(freshGroup())]) },
  { name: "1 commit, its story's first", commits: 1, next: () => pushCommits([gapOfGroup(freshGroup())]) },
  { name: '1 commit without a story', commits: 1, next: () => pushCommits([null]) },
  { name: '100 commits, linked to 20 stories', commits: COMMITS, next: manyCommits },
  {
    name: '100 commits without a story',
    commits: COMMITS,
    next: () => pushCommits(Array.from({ length: COMMITS }, () => null)),
  },
];

const measure = async (
  world: SeededWorld,
  { name, commits, next }: Kind,
  events: number,
): Promise<string[]> => {
  await world.correlate(await next()(world)); // The first gap of a project or repository makes a row more.
  world.meter.take();
  for (let event = 0; event < events; event++) await world.correlate(await next()(world));
  const calls = world.meter.take();
  const writes = writesOf(calls);
  const reads = readsOf(calls);
  const perEvent = (figure: number): string => trimmed(figure / events);
  return [
    name,
    perEvent(writes.calls),
    perEvent(writes.table),
    perEvent(writes.indexes),
    perEvent(unitsOf(writes)),
    commits > 0 ? trimmed(unitsOf(writes) / events / commits) : '',
    perEvent(reads.calls),
    perEvent(unitsOf(reads)),
  ];
};

/**
 * What processing one event writes and reads, when it is alone in its batch. Receiving it is not counted.
 * @param world one that nobody has touched
 */
export const unitsPerEvent = async (world: SeededWorld, isShort: boolean): Promise<void> => {
  const events = isShort ? EVENTS_SHORT : EVENTS;
  const rows: string[][] = [];
  for (const kind of KINDS) rows.push(await measure(world, kind, events));
  printTable(
    `   Units per processed event (mean of ${events}), each alone in its batch; the indexes' are all of worklist`,
    ['event', 'writes', 'table', 'indexes', 'write units', 'per commit', 'reads', 'read units'],
    rows,
  );
};
