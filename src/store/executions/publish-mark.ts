import type { Place } from '../calls/table.ts';
import { lowerMark, moveMark, readMark, type SweepMark } from '../events/progress.ts';
import { publishMarkKey } from './execution-keys.ts';

/** How far the search for events without executions has come: as the mark of correlation's sweep. */
export const readPublishMark = (place: Place): Promise<SweepMark> =>
  readMark(place, publishMarkKey(place.tenant));

/** As `moveSweepMark`. */
export const movePublishMark = (place: Place, move: { read: SweepMark; to_ms: number }): Promise<void> =>
  moveMark(place, publishMarkKey(place.tenant), move);

/** As `lowerSweepMark`. */
export const lowerPublishMark = (place: Place, lower: { since_ms: number; now_ms: number }): Promise<void> =>
  lowerMark(place, publishMarkKey(place.tenant), lower);
