import * as z from 'zod/mini';
import type { Place } from '../../store/calls/table.ts';
import { readCheckpoint } from '../../store/reconcile/checkpoint.ts';

import { slicesPlace } from '../slices.ts';

const project = z.object({
  id: z.string(),
  key: z.string(),
  /** Other keys under which its issues may still be stored. */
  old_keys: z.array(z.string()),
  /** True until the project was compared once: no delivery was expected of an issue that is new until then. */
  loads: z.boolean(),
  /** How many issues Jira says the project has; null if Jira does not say. */
  count: z.nullable(z.number()),
  /** Position in what Jira lists. */
  place: slicesPlace,
  /** How far the comparison is: at which of the keys, and after which issue. Null: it is still being listed. */
  compared: z.nullable(z.object({ shelf: z.number(), after: z.nullable(z.string()) })),
  only_here: z.number(),
  some: z.array(z.string()),
});

/** The project that the census is working on. */
export type CountedProject = z.output<typeof project>;

const run = z.object({
  /** By Jira's clock. */
  started_ms: z.number(),
  /** True: bodies are read as they are listed. */
  loads: z.boolean(),
  /** Rough number of issues; null if Jira does not say. */
  total: z.nullable(z.number()),
  /** Issues that Jira listed of the projects that are done. */
  listed: z.number(),
  /** Projects after this id are still to be done. */
  after: z.nullable(z.string()),
  project: z.nullable(project),
  /** Issues that are read once more at the end, and from how many they were drawn. */
  sample: z.object({ drawn_from: z.number(), ids: z.array(z.string()) }),
});

export type CensusRun = z.output<typeof run>;

export const censusState = z.object({
  /** When the census that loads the table began, by Jira's clock; null before that. */
  loading_ms: z.nullable(z.number()),
  /** How many issues the last complete census listed; null before the first. */
  issues: z.nullable(z.number()),
  run: z.nullable(run),
});

export type CensusState = z.output<typeof censusState>;

export const NO_CENSUS: CensusState = { loading_ms: null, issues: null, run: null };

/** The loop that goes through all projects. */
export const CENSUS = 'census';

/** The census that loads the table. `began_ms`: by Jira's clock, and never later than by ours. */
export type FirstLoad = { began_ms: number; under_way: boolean };

/** The first load; null before it has begun. */
export const firstLoad = async (place: Place): Promise<FirstLoad | null> => {
  const { state } = await readCheckpoint(place, CENSUS, censusState);
  if (!state || state.loading_ms === null) return null;
  return { began_ms: state.loading_ms, under_way: state.issues === null };
};
