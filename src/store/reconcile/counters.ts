/** What a run of a loop counts, in the order in which it is shown. */
const COUNTERS = [
  'pages',
  'seen',
  'new',
  'repaired',
  'unchanged',
  'gone',
  'unread',
  'quarantined',
  'contradictions',
  'only_here',
  'requests',
  // Changes of which it was known by now whether a delivery has told of them; `missed`: none has.
  'judged',
  'missed',
  'compared',
  'differed',
] as const;

export type Counter = (typeof COUNTERS)[number];

export type Counters = Record<Counter, number>;

/** The counts that are there; 0 for others, which older code did not know. */
export const countersOf = (counted: Readonly<Record<string, number>>): Counters =>
  // `fromEntries` forgets the names; these are all of them.
  Object.fromEntries(COUNTERS.map((name) => [name, counted[name] ?? 0])) as Counters;

export const NOTHING_COUNTED: Counters = countersOf({});

export const addCounters = (a: Counters, b: Partial<Counters>): Counters =>
  countersOf(Object.fromEntries(COUNTERS.map((name) => [name, a[name] + (b[name] ?? 0)])));
