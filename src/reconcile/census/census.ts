import { DAY_MS } from '../../domain/instant.ts';
import { lookupKey } from '../../domain/issue-key.ts';
import { JiraError } from '../../jira/jira-error.ts';
import type { Reads } from '../../jira/reads/reads.ts';
import { readListed } from '../../store/reconcile/listed-ids.ts';
import { type Project, putProjects, readProject } from '../../store/reconcile/projects.ts';
import { lookAgain } from '../look-again.ts';
import { type Job, type Loop, makeLoop } from '../loop.ts';
import { isInScope, knownProjects, unknownProjects } from '../scope.ts';
import { jirasNow, walkOf } from '../session.ts';
import { FIRST_PLACE, MOST_OF_A_SLICE } from '../slices.ts';
import { comparePage, isWhole } from './compare.ts';
import { listingOf, listPage } from './list-project.ts';
import { readRoster } from './roster.ts';
import {
  CENSUS,
  type CensusRun,
  type CensusState,
  type CountedProject,
  censusState,
  NO_CENSUS,
} from './state.ts';

type CensusJob = Job<CensusState>;

/** `projects`: keys of the projects to read; null: those that the site's configuration names. */
type Options = { name: string; projects: readonly string[] | null };

/** Sites with fewer issues have a census every day, larger ones every week. */
const SMALL_SITE = 100_000;

/** Time between the starts of two censuses. */
export const periodMs = ({ issues }: Pick<CensusState, 'issues'>): number =>
  issues !== null && issues < SMALL_SITE ? DAY_MS : 7 * DAY_MS;

const censusOf = (options: Options): Loop =>
  makeLoop<CensusState>({
    name: options.name,
    state: censusState,
    isDue: ({ state, began_ms }, { deps }) =>
      !state || state.run !== null || deps.clock() - began_ms >= periodMs(state),
    run: async (job) => {
      if (stateOf(job).run === null) await begin(job, options);
      const listings = newListings(job, options);
      for (let run = stateOf(job).run; run !== null && !job.session.isOver(); run = stateOf(job).run)
        if (!(await step(job, options, run, listings))) return;
    },
  });

/** The census of all projects in scope: at set-up, when it loads the table, then every day or every week. */
export const censusLoop: Loop = censusOf({ name: CENSUS, projects: null });

/** The census of one project, bodies included, on demand. */
export const projectCensus = (key: string): Loop => {
  const loop = censusOf({ name: `${CENSUS}:${lookupKey(key)}`, projects: [key] });
  return {
    name: loop.name,
    turn: async (session, now) => {
      // Checkpoints never expire: a misspelt key must not get one.
      if (!(await (await session.reads()).projects()).some(({ keys }) => isInScope(keys, [key])))
        throw unknownProjects([key]);
      return loop.turn(session, now);
    },
  };
};

const stateOf = (job: CensusJob): CensusState => job.checkpoint().state ?? NO_CENSUS;

const begin = async (job: CensusJob, { projects }: Options): Promise<void> => {
  const { session } = job;
  const reads = await session.reads();
  const started_ms = await jirasNow(session);
  const before = stateOf(job);
  job.begin(before);
  const named = projects ?? session.deps.projects;
  const generation = projects === null ? job.checkpoint().generation : null;
  const counted = await readRoster(session, generation, named);
  const clause = `project in (${counted
    .slice(0, MOST_COUNTED)
    .map(({ id }) => id)
    .join(',')})`;
  const total = counted.length > MOST_COUNTED ? null : await countOf(reads, clause);
  const loads = projects !== null || before.loading_ms === null || before.issues === null;
  const run: CensusRun = { ...NEW_RUN, started_ms, loads, total };
  // The updates loop starts from this time: a clock that is ahead must not make it skip changes.
  const loading_ms = before.loading_ms ?? Math.min(started_ms, session.deps.clock());
  await job.save({ ...before, loading_ms, run });
};

/** Most projects that the search for the total names: the total is only for the progress. */
const MOST_COUNTED = 500;

const NEW_RUN = { listed: 0, after: null, project: null, sample: { drawn_from: 0, ids: [] } };

/** The ids that Jira listed for the project that is being compared, kept in memory during this turn. */
type Listings = (project: CountedProject) => Promise<readonly bigint[]>;

const newListings = (job: CensusJob, { name }: Options): Listings => {
  let kept: { id: string; listed: Promise<readonly bigint[]> } | null = null;
  return (project) => {
    if (kept?.id !== project.id) {
      const listing = listingOf(job, name, project);
      kept = { id: project.id, listed: readListed(walkOf(job.session.deps), listing) };
    }
    return kept.listed;
  };
};

/** @returns false if the turn ended before the step was done */
const step = async (
  job: CensusJob,
  options: Options,
  run: CensusRun,
  listings: Listings,
): Promise<boolean> => {
  const { project } = run;
  if (project === null) return nextProject(job, options, run);
  job.tell({ what: project.key, total: run.total });
  if (project.compared === null) {
    const listed = await listPage(job, options.name, run, project);
    return listed !== null && saved(job, listed);
  }
  if (project.compared.shelf > project.old_keys.length)
    return projectDone(job, run, project, (await listings(project)).length);
  const compared = await comparePage(job, run, project, await listings(project));
  return compared !== null && saved(job, { ...run, project: compared });
};

const saved = async (job: CensusJob, run: CensusRun): Promise<true> => {
  await job.save({ ...stateOf(job), run });
  return true;
};

const nextProject = async (job: CensusJob, { projects }: Options, run: CensusRun): Promise<boolean> => {
  const { session } = job;
  const { generation } = job.checkpoint();
  for await (const found of knownProjects(session, run.after)) {
    const counts = projects === null ? found.generation === generation : isInScope(found.keys, projects);
    if (!counts) continue;
    const reads = await session.reads();
    if (!(await reads.mayBrowse(found))) return saved(job, { ...run, after: found.id });
    return saved(job, { ...run, project: newProject(found, await countOf(reads, `project = ${found.id}`)) });
  }
  return lookOnceMore(job, run);
};

/** Null also if Jira refuses the search, as for a project that is gone or that the account may not browse. */
const countOf = async (reads: Reads, jql: string): Promise<number | null> => {
  try {
    return await reads.count(jql);
  } catch (fault) {
    if (fault instanceof JiraError && fault.fault === 'refused') return null;
    throw fault;
  }
};

const newProject = ({ id, key, keys, result }: Project, count: number | null): CountedProject => ({
  ...{ id, key, count },
  loads: result === null || (result.issues === 0 && !result.complete),
  old_keys: keys.filter((other) => other !== key),
  place: { ...FIRST_PLACE, measured: count !== null && count <= MOST_OF_A_SLICE },
  compared: null,
  only_here: 0,
  some: [],
});

const projectDone = async (
  job: CensusJob,
  run: CensusRun,
  project: CountedProject,
  listed: number,
): Promise<true> => {
  const { session } = job;
  const { id, key, count, only_here, some } = project;
  const complete = isWhole(project, listed);
  if (!complete)
    session.deps.log.warn({ project: key, listed, count }, 'Jira does not list all of a project');
  const known = await readProject(session.place(), id);
  const found = complete ? { only_here, some } : { only_here: 0, some: [] };
  const result = { at_ms: session.deps.clock(), complete, issues: listed, ...found };
  if (known !== null) await putProjects(session.place(), [{ ...known, result }]);
  return saved(job, { ...run, listed: run.listed + listed, after: id, project: null });
};

/** Issues read again between two checkpoints. */
const SOME = 400;

/** Reads a sample of the loaded issues once more, to find drift. */
const lookOnceMore = async (job: CensusJob, run: CensusRun): Promise<boolean> => {
  const { drawn_from, ids } = run.sample;
  if (ids.length === 0) {
    await job.finish({ ...stateOf(job), issues: run.listed, run: null }, run.started_ms);
    return true;
  }
  job.tell({ what: 'once more', total: run.total });
  const { left } = await lookAgain(job, ids.slice(0, SOME), { once_more: true });
  await saved(job, { ...run, sample: { drawn_from, ids: [...left, ...ids.slice(SOME)] } });
  return left.length === 0;
};
