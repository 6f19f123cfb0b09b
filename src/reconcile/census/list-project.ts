import { JiraError } from '../../jira/jira-error.ts';
import type { Row } from '../../jira/reads/reads.ts';
import { putListed } from '../../store/reconcile/listed-ids.ts';
import { behind } from '../behind.ts';
import { lookAgain } from '../look-again.ts';
import type { Job } from '../loop.ts';
import { readSlices, type SlicesPage } from '../slices.ts';
import type { CensusRun, CensusState, CountedProject } from './state.ts';

type CensusJob = Job<CensusState>;

/** Identifies the list of ids that Jira gave for a project in one census. */
export const listingOf = (job: CensusJob, loop: string, project: CountedProject) => ({
  loop,
  generation: job.checkpoint().generation,
  project_id: project.id,
});

/**
 * Reads one page of what Jira lists of a project and stores it: first bodies, if the run loads them, then the ids.
 * @returns the run's state after that page, null if the turn ended before the page was done
 */
export const listPage = async (
  job: CensusJob,
  loop: string,
  run: CensusRun,
  project: CountedProject,
): Promise<CensusRun | null> => {
  const { session } = job;
  const { rows, odd, place: at } = await readPage(job, run, project);
  // A row without a usable id may stand for an issue that would then count as only in the table.
  const place = { ...at, whole: at.whole && odd === 0 };
  if (run.loads && !(await loadBodies(job, project, rows))) return null;
  const ids = rows.map(({ id }) => id);
  const part = `${session.by}#${place.slices.length}#${place.done + place.under_way}`;
  if (ids.length > 0)
    await putListed(session.place(), listingOf(job, loop, project), part, ids, session.deps.clock());
  job.count({ pages: ids.length > 0 ? 1 : 0, ...(run.loads ? {} : { seen: ids.length }) });
  job.count({ seen: odd, quarantined: odd });
  return {
    ...run,
    sample: run.loads ? draw(run.sample, ids, session.deps.chance) : run.sample,
    project: { ...project, place, compared: place.slices.length === 0 ? FIRST_SHELF : null },
  };
};

const FIRST_SHELF = { shelf: 0, after: null };

const readPage = async (
  job: CensusJob,
  { loads, started_ms }: CensusRun,
  { id, place }: CountedProject,
): Promise<SlicesPage> => {
  const fields = loads ? 'updated' : 'id';
  const search = { where: `project = ${id}`, fields, end_ms: started_ms, measure: true } as const;
  return readSlices(await job.session.reads(), search, place).catch((fault) => {
    // The project may be gone since the projects were listed. The census continues with the others.
    if (!(fault instanceof JiraError && fault.fault === 'refused')) throw fault;
    return { rows: [], odd: 0, place: { ...place, slices: [], whole: false } };
  });
};

/** @returns false if the turn ended before all were read */
const loadBodies = async (
  job: CensusJob,
  { loads }: CountedProject,
  rows: readonly Row[],
): Promise<boolean> => {
  const ids = await behind(job.session, rows, job.isAgain());
  const { left } = await lookAgain(job, ids, { loads });
  if (left.length > 0) return false;
  const equal = rows.length - ids.length;
  job.count({ seen: equal, unchanged: equal });
  return true;
};

type Sample = CensusRun['sample'];

/** Most issues of a first load that are read once more. */
const MOST = 1_000;

/** Each id that was ever added is in the sample with the same chance (Vitter's algorithm R). */
const draw = (sample: Sample, ids: readonly string[], chance: () => number): Sample => {
  const drawn = [...sample.ids];
  let { drawn_from } = sample;
  for (const id of ids) {
    drawn_from += 1;
    if (drawn.length < MOST) drawn.push(id);
    else {
      const at = Math.floor(chance() * drawn_from);
      if (at < MOST) drawn[at] = id;
    }
  }
  return { drawn_from, ids: drawn };
};
