import type { Goal, Section } from '../shared/section.ts';
import { burst } from './burst.ts';
import { oneTouch } from './one-touch.ts';
import { learnToMakeRows } from './sample-rows.ts';
import { type SeededWorld, startSeededWorld } from './seed.ts';
import { unitsPerEvent } from './units-per-event.ts';

/** How many issues are stored in the small and in the large world. */
const SHORT = { small: 400, large: 1_600 };
const FULL = { small: 1_000, large: 100_000 };

const seeded = ({ size, rows, seconds }: SeededWorld): string =>
  `   ${size.toLocaleString('en')} issues and as many commits: ${rows.toLocaleString('en')} rows in ${seconds.toFixed(0)} s`;

/**
 * A run costs what was touched: the same touches with few and with many issues and commits stored, in the same
 * process, in turns, each in an engine of its own.
 */
export const correlation: Section = async ({ short }, owned): Promise<Goal[]> => {
  const makeRows = await learnToMakeRows(owned);
  const sizes = short ? SHORT : FULL;
  const small = await startSeededWorld(sizes.small, makeRows, owned);
  const large = await startSeededWorld(sizes.large, makeRows, owned);
  console.log(
    '\n5. Correlation: the real stream handler, its documents in a folder; tables without a stream,',
  );
  console.log(
    '   because the embedded engine takes the longer for a write the more its stream holds. Stored:',
  );
  console.log([small, large].map(seeded).join('\n'));
  const goals = await oneTouch({ small, large }, short);
  await unitsPerEvent(await startSeededWorld(sizes.small, makeRows, owned), short);
  await burst({ small, large }, short);
  return goals;
};
