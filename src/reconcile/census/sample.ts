import type { CensusRun } from './state.ts';

type Sample = CensusRun['sample'];

/** So many of a first load, or all, are read once more. */
const MOST = 1_000;

/** Each id that was ever added is in the sample with the same chance (Vitter's algorithm R). */
export const draw = (sample: Sample, ids: readonly string[], chance: () => number): Sample => {
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
