import { readCheckpoint } from '../store/reconcile/checkpoint.ts';
import { periodMs } from './census/census.ts';
import { CENSUS, censusState, NO_CENSUS } from './census/state.ts';
import { placeOf, type TurnDeps } from './session.ts';

/** True when no census was complete for two of its periods. Before the first one has begun there is none to wait for. */
export const isCensusLate = async (deps: TurnDeps): Promise<boolean> => {
  const { generation, state, last, began_ms } = await readCheckpoint(placeOf(deps), CENSUS, censusState);
  if (generation === 0) return false;
  return deps.clock() - (last?.ended_ms ?? began_ms) > 2 * periodMs(state ?? NO_CENSUS);
};
