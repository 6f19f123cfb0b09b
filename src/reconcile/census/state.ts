import * as z from 'zod/mini';
import type { Place } from '../../store/calls/table.ts';
import { readCheckpoint } from '../../store/reconcile/checkpoint.ts';

import { slicesPlace } from '../slices.ts';

const project = z.object({
  id: z.string(),
  key: z.string(),
  /** Others under which its issues may still lie here. */
  old_keys: z.array(z.string()),
  /** True until it was compared once: what is new of it was never to be told. */
  loads: z.boolean(),
  /** How many issues Jira says that it has; null when it does not. */
  count: z.nullable(z.number()),
  /** What Jira lists. */
  place: slicesPlace,
  /** How far the comparison is: under which of its keys, and behind which issue. Null: it is still being listed. */
  compared: z.nullable(z.object({ shelf: z.number(), after: z.nullable(z.string()) })),
  only_here: z.number(),
  some: z.array(z.string()),
});

/** A project while its turn lasts. */
export type CountedProject = z.output<typeof project>;

const run = z.object({
  /** By Jira's clock. */
  started_ms: z.number(),
  /** True: bodies are read as they are listed. */
  loads: z.boolean(),
  /** How many issues there are, roughly; null when Jira does not say. */
  total: z.nullable(z.number()),
  /** Rows that Jira listed so far. */
  listed: z.number(),
  /** Projects behind this id are still to be done. */
  after: z.nullable(z.string()),
  project: z.nullable(project),
  /** Issues that are read once more at the end, drawn from so many. */
  sample: z.object({ drawn_from: z.number(), ids: z.array(z.string()) }),
});

export type CensusRun = z.output<typeof run>;

export const censusState = z.object({
  /** When the census began that loaded the table, by Jira's clock; null before it. */
  loading_ms: z.nullable(z.number()),
  /** How many issues the last complete one listed; null before it. */
  issues: z.nullable(z.number()),
  run: z.nullable(run),
});

export type CensusState = z.output<typeof censusState>;

export const NO_CENSUS: CensusState = { loading_ms: null, issues: null, run: null };

/** The loop that goes through all projects. */
export const CENSUS = 'census';

/** The census that loads the table. `began_ms`: by Jira's clock, and never later than by ours. */
export type FirstLoad = { began_ms: number; under_way: boolean };

/** Null before it has begun. */
export const firstLoad = async (place: Place): Promise<FirstLoad | null> => {
  const { state } = await readCheckpoint(place, CENSUS, censusState);
  if (!state || state.loading_ms === null) return null;
  return { began_ms: state.loading_ms, under_way: state.issues === null };
};
