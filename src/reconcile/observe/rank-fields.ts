import type { Walk } from '../../store/calls/table.ts';
import { readFieldNames } from '../../store/reconcile/field-names.ts';

/** Jira's type of a field that holds an issue's rank in a backlog. */
const RANK = 'com.pyxis.greenhopper.jira:gh-lexo-rank';

/** Ids of the fields that hold a rank; none until a first run has read Jira's fields. */
export const readRankFields = async (walk: Walk): Promise<string[]> =>
  (await readFieldNames(walk)).filter(({ custom }) => custom === RANK).map(({ id }) => id);
