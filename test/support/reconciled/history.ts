import fc from 'fast-check';
import { FAULTS, type Fault } from '../scripted-jira/faults.ts';
import type { ScriptedJira } from '../scripted-jira/scripted-jira.ts';
import type { Fate } from '../scripted-jira/sending.ts';
import type { ReconciledWorld } from './world.ts';

const MINUTE = 60_000;

/** One thing that happens; the numbers choose among what is there at the time. */
export type Step = { kind: keyof typeof PLAY; a: number; b: number };

/** What is there at the time, or nothing. */
const chosen = <T>(list: readonly T[], at: number): T[] =>
  list.length === 0 ? [] : list.slice(at % list.length).slice(0, 1);

const issuesOf = ({ site }: ScriptedJira) => [...site.state.issues.values()];

const CHANGES = [
  (n: number) => ({ summary: `Summary ${n}` }),
  (n: number) => ({ description: n % 2 === 0 ? null : `Text ${n}` }),
  () => ({ status: 'In Progress' }) as const,
  () => ({ status: 'Done' }) as const,
  (n: number) => ({
    labels: [`label-${n % 3}`, `label-${n % 5}`].filter((one, at, all) => all.indexOf(one) === at),
  }),
  (n: number) => ({ custom: { customfield_10900: n } }),
];

const edit = ({ jira }: ReconciledWorld, a: number, b: number): void => {
  const { site } = jira;
  for (const { id, project_id } of chosen(issuesOf(jira), a)) {
    const own = <T extends { project_id: number }>(all: Iterable<T>) =>
      [...all].filter((one) => one.project_id === project_id);
    const version = chosen(own(site.state.versions.values()), b).map((one) => one.id);
    const component = chosen(own(site.state.components.values()), b).map((one) => one.id);
    const assignee = chosen([...site.state.users.keys()], b)[0] ?? null;
    const more = [
      { fix_versions: version },
      { affected_versions: version },
      { components: component },
      { assignee },
    ];
    const change = chosen([...CHANGES.map((make) => make(b)), ...more], b)[0] ?? {};
    site.edit(id, change);
  }
};

/** There and back again: in the end it is as it was, and newer. */
const editTwice = ({ jira }: ReconciledWorld, a: number, b: number): void => {
  for (const { id, summary } of chosen(issuesOf(jira), a)) {
    jira.site.edit(id, { summary: `For a moment ${b}` });
    jira.site.edit(id, { summary });
  }
};

const PROJECTS = ['ORB', 'NOVA'];

const projectAt = ({ site }: ScriptedJira, at: number) => site.project(PROJECTS[at % 2] ?? 'ORB');

const create = ({ jira }: ReconciledWorld, a: number, b: number): void => {
  const type = (['Story', 'Task', 'Epic'] as const)[b % 3] ?? 'Story';
  jira.site.create(projectAt(jira, a), { type, summary: `New ${b}` });
};

const createSubtask = ({ jira }: ReconciledWorld, a: number): void => {
  for (const parent of chosen(
    issuesOf(jira).filter(({ type }) => type !== 'Sub-task'),
    a,
  ))
    jira.site.create({ id: parent.project_id }, { type: 'Sub-task', parent: parent.id });
};

export const moveOne = ({ jira }: ReconciledWorld, a: number, b: number): void => {
  for (const { id } of chosen(issuesOf(jira), a)) jira.site.move(id, projectAt(jira, b));
};

const remove = ({ jira }: ReconciledWorld, a: number): void => {
  for (const { id } of chosen(issuesOf(jira), a)) jira.site.remove(id);
};

const link = ({ jira }: ReconciledWorld, a: number, b: number): void => {
  const [from] = chosen(issuesOf(jira), a);
  const [to] = chosen(issuesOf(jira), b);
  if (from && to && from.id !== to.id) jira.site.link(from.id, to.id);
};

/** What issues name gets another name, which their `updated` does not show. */
const rename = ({ jira: { site } }: ReconciledWorld, a: number, b: number): void => {
  const name = `Renamed ${b}`;
  if (a % 4 === 0)
    for (const { id } of chosen([...site.state.versions.values()], b)) site.renameVersion(id, name);
  if (a % 4 === 1) for (const { id } of chosen([...site.state.users.values()], b)) site.renameUser(id, name);
  if (a % 4 === 2)
    for (const { id } of chosen([...site.state.components.values()], b)) site.renameComponent(id, name);
  if (a % 4 === 3)
    for (const { id } of chosen([...site.state.projects.values()], b)) site.changeProject(id, { name });
};

const SPANS = [1_000, 20_000, MINUTE, 11 * MINUTE, 40 * MINUTE, 3 * 60 * MINUTE, 24 * 60 * MINUTE];

const pass = ({ pass: move }: ReconciledWorld, a: number): void => move(SPANS[a % SPANS.length] ?? MINUTE);

const FATES: (() => (n: number) => Fate)[] = [
  () => () => 'sent',
  () => () => 'lost',
  () => (n) => (['sent', 'lost', 'late', 'doubled'] as const)[n % 4] ?? 'sent',
  () => (n) => (n % 2 === 0 ? 'late' : 'sent'),
];

const changeFate = ({ jira }: ReconciledWorld, a: number, b: number): void => {
  const fate = FATES[a % FATES.length]?.() ?? (() => 'sent');
  let told = b;
  jira.sending.fate = () => {
    told += 1;
    return fate(told * 7 + (told >> 2));
  };
};

const LAGS = [0, 30_000, 10 * MINUTE, 2 * 60 * MINUTE];

const changeLag = ({ jira }: ReconciledWorld, a: number, b: number): void => {
  let changed = b;
  jira.index.lag = () => {
    changed += 1;
    return (LAGS[a % LAGS.length] ?? 0) / (1 + (changed % 3));
  };
};

/** What goes wrong with one request in a few. */
const SPOILT: Fault[] = [
  ...[
    FAULTS.busy(),
    FAULTS.busy(5),
    FAULTS.busy(90),
    FAULTS.down(),
    FAULTS.down(500),
    'cut',
    'cut-body',
    'no-date',
  ],
  ...[FAULTS.loginPage, FAULTS.redirect('https://login.example.com/'), FAULTS.unknownLogin, FAULTS.forbidden],
  ...[FAULTS.removed, FAULTS.expiredToken, FAULTS.repeatedToken, FAULTS.warning, FAULTS.nearLimit],
] as const;

/** Something happens to issues while they are read. */
const disturbance = (world: ReconciledWorld, a: number, b: number): Fault => {
  const work = () =>
    b % 3 === 0 ? moveOne(world, a, b) : b % 3 === 1 ? edit(world, a, b) : create(world, a, b);
  return b % 2 === 0 ? { before: work } : { after: work };
};

/** A turn in which one request in a few goes wrong, if any, and the process may end at any call. */
const turn = async (world: ReconciledWorld, a: number, b: number): Promise<void> => {
  const { jira } = world;
  let asked = a;
  const every = 2 + (a % 7);
  const faults = a % 2 === 0 ? [] : [...SPOILT, disturbance(world, a, b)];
  jira.spoil = () => {
    asked += 1;
    return asked % every === 0 ? (chosen(faults, b + asked)[0] ?? null) : null;
  };
  await world.turn(b % 3 === 0 ? { calls: b % 40 } : {});
  jira.spoil = () => null;
};

/** The account may not browse a project for a while. */
const permission = ({ jira }: ReconciledWorld, a: number, b: number): void => {
  for (const { id } of chosen([...jira.site.state.projects.values()], a))
    jira.site.changeProject(id, { browsable: b % 2 === 0 });
};

const commit = (world: ReconciledWorld, a: number, b: number): Promise<void> | void => {
  const [issue] = chosen(issuesOf(world.jira), a);
  return issue && world.commit(issue.id, b);
};

const PLAY = {
  create,
  createSubtask,
  edit,
  editTwice,
  move: moveOne,
  remove,
  link,
  rename,
  pass,
  changeFate,
  changeLag,
  turn,
  permission,
  commit,
  sendLate: ({ jira, random }: ReconciledWorld) => jira.sending.sendLate(random),
  correlate: ({ correlate }: ReconciledWorld) => correlate(),
} as const satisfies Record<string, (world: ReconciledWorld, a: number, b: number) => Promise<void> | void>;

/** What people do in Jira, and nobody else. */
const OF_PEOPLE: Step['kind'][] = [
  ...(['create', 'create', 'edit', 'edit', 'edit', 'editTwice', 'move', 'remove'] as const),
  ...(['createSubtask', 'link', 'rename', 'commit', 'pass'] as const),
];

const OFTEN: Step['kind'][] = [
  'create',
  'edit',
  'edit',
  'edit',
  'pass',
  'pass',
  'turn',
  'turn',
  'turn',
  'changeFate',
];

const stepsOf = (
  kinds: readonly Step['kind'][],
  minLength: number,
  maxLength: number,
): fc.Arbitrary<Step[]> => {
  const step = fc.record({ kind: fc.constantFrom(...kinds), a: fc.nat(999), b: fc.nat(999) });
  return fc.array(step, { minLength, maxLength, size: 'max' });
};

/** Any history, mostly of edits, time and turns. */
export const historyOf = (steps: number): fc.Arbitrary<Step[]> =>
  stepsOf([...OFTEN, ...(Object.keys(PLAY) as Step['kind'][])], 5, steps);

/** What people do in Jira, the same for the same seed. */
export const drawDoings = (seed: number, steps: number): Step[] =>
  fc.sample(stepsOf(OF_PEOPLE, steps, steps), { numRuns: 1, seed })[0] ?? [];

/** The site before anything happens: two projects, with what issues name. */
export const settleIn = ({ jira }: ReconciledWorld): void => {
  for (const [at, key] of PROJECTS.entries()) {
    const project = jira.site.project(key);
    jira.site.version(project, `1.${at}`);
    jira.site.component(project, `Core ${at}`);
    jira.site.user(`User ${at}`);
    jira.site.create(project);
  }
};

/** Plays the steps, one after the other; what they send has arrived before the next. */
export const playHistory = async (world: ReconciledWorld, steps: readonly Step[]): Promise<void> => {
  settleIn(world);
  for (const step of steps) await playStep(world, step);
};

export const playStep = async (world: ReconciledWorld, { kind, a, b }: Step): Promise<void> => {
  await PLAY[kind](world, a, b);
  await world.jira.sending.arrived();
};
