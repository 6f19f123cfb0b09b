import type { Walk } from '../../store/calls/table.ts';
import { readFieldNames } from '../../store/reconcile/field-names.ts';

/** What Jira calls the type of a field that holds the place of an issue in a backlog. */
const RANK = 'com.pyxis.greenhopper.jira:gh-lexo-rank';

/** Ids of the fields that hold a rank; none before a first run has asked Jira what its fields are. */
export const readRankFields = async (walk: Walk): Promise<string[]> =>
  (await readFieldNames(walk)).filter(({ custom }) => custom === RANK).map(({ id }) => id);
