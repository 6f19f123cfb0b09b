import type { Place } from '../../store/calls/table.ts';
import { readCheckpoint } from '../../store/reconcile/checkpoint.ts';
import { FIELD_NAMES, fieldNamesState } from '../field-names.ts';

/** What Jira calls the type of a field that holds the place of an issue in a backlog. */
const RANK = 'com.pyxis.greenhopper.jira:gh-lexo-rank';

/** Ids of the fields that hold a rank; none before a first run has asked Jira what its fields are. */
export const readRankFields = async (place: Place): Promise<string[]> => {
  const { state } = await readCheckpoint(place, FIELD_NAMES, fieldNamesState);
  return (state?.fields ?? []).filter(({ custom }) => custom === RANK).map(({ id }) => id);
};
